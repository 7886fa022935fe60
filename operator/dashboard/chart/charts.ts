import type { SeriesView } from '../../api/shapes.ts';
import { figure } from '../text/format.ts';

export interface Line {
  readonly label: string;
  /** Name of the variable of the style sheet that gives its colour. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly dash?: readonly number[];
  readonly isStepped?: boolean;
}

export interface ChartSpec {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  /** What the axis reaches at least. */
  readonly atLeast: number;
}

/** What is drawn of a service. */
export function chartsOf(series: SeriesView): readonly ChartSpec[] {
  return [
    {
      title: 'Health',
      unit: '% of the time ready',
      lines: [
        {
          label: 'ready',
          colour: '--ok',
          values: series.up.map((value) => (value === null ? null : value * 100)),
          isStepped: true,
        },
      ],
      atLeast: 100,
    },
    {
      title: 'Replicas',
      unit: 'ready',
      lines: [{ label: 'ready replicas', colour: '--accent', values: series.readyReplicas, isStepped: true }],
      atLeast: 1,
    },
    {
      title: 'Latency',
      unit: 'ms to the first byte',
      lines: [
        { label: 'p50', colour: '--line-1', values: series.p50Ms },
        { label: 'p95', colour: '--line-2', values: series.p95Ms, dash: [6, 3] },
        { label: 'p99', colour: '--line-3', values: series.p99Ms, dash: [2, 3] },
      ],
      atLeast: 1,
    },
    {
      title: 'Sessions',
      unit: 'held',
      lines: [{ label: 'sessions', colour: '--line-1', values: series.sessions }],
      atLeast: 1,
    },
    {
      title: 'Requests',
      unit: 'per second',
      lines: [{ label: 'requests', colour: '--line-1', values: series.requestsPerSecond }],
      atLeast: 1,
    },
    {
      title: 'Errors',
      unit: 'per second',
      lines: [{ label: 'errors', colour: '--bad', values: series.errorsPerSecond }],
      atLeast: 1,
    },
  ];
}

/** A chart in a sentence, for those who do not see it: `p50 between 2 and 9, now 3`. */
export function summaryOf({ lines, unit }: ChartSpec): string {
  const sentences = lines.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${label}: nothing measured`;
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const last = figure(known.at(-1));
    return least === most
      ? `${label} ${last} all the time`
      : `${label} between ${figure(least)} and ${figure(most)}, last ${last}`;
  });
  return `${sentences.join('; ')} (${unit})`;
}
