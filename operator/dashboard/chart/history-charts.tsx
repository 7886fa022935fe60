import type { JSX } from 'preact';
import type { HistoryView, MarkView } from '../../api/shapes.ts';
import type { Asked } from '../data/use-answer.ts';
import { Badge, spaced } from '../parts/badge.tsx';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { Failure, Loading, Notice } from '../parts/notice.tsx';
import type { Mood } from '../text/condition-words.ts';
import { duration, moment, shortName } from '../text/format.ts';
import { Chart } from './chart.tsx';
import { chartsOf } from './charts.ts';
import { knownPart } from './known-part.ts';

const markMoods: Readonly<Record<MarkView['kind'], readonly [Mood, string]>> = {
  rollout: ['busy', 'Rollout'],
  fault: ['bad', 'Fault'],
  recovery: ['ok', 'Recovery'],
  operator: ['idle', 'Operator'],
};

/** How a service was: health, latency, sessions, requests and errors over the range, with what happened marked in them. */
export function HistoryCharts({ asked, serviceKey }: { asked: Asked<HistoryView>; serviceKey: string }): JSX.Element {
  const { answer, failure, again } = asked;
  if (!answer)
    return failure === undefined ? <Loading what="the history" /> : <Failure message={failure} again={again} />;
  const { history, measuredSinceMs } = knownPart(answer, [serviceKey]);
  const [series] = history.series;
  const marks = answer.marks.filter(({ key, kind }) => key === serviceKey || kind === 'operator');
  if (!series) return <NotYet stepMs={answer.stepMs} />;
  const firstMs = Date.parse(history.from);
  const times = series.up.map((_, index) => (firstMs + index * history.stepMs) / 1_000);
  return (
    <>
      {measuredSinceMs !== undefined && <p class="muted view-note">Measured since {moment(measuredSinceMs)}.</p>}
      <div class="charts">
        {chartsOf(series).map((chart) => (
          <Chart key={chart.title} {...chart} times={times} marks={marks} />
        ))}
      </div>
      {marks.length > 0 && <Marks marks={marks} />}
    </>
  );
}

/** What a long range is made of comes seldom. */
export function NotYet({ stepMs }: { stepMs: number }): JSX.Element {
  return (
    <Notice title="Nothing has been measured yet">
      A value of this range is kept every {duration(stepMs)}; a shorter range shows the first ones earlier.
    </Notice>
  );
}

const columns: readonly Column<MarkView>[] = [
  { id: 'at', title: 'At', cell: ({ at }) => <time dateTime={at}>{moment(at)}</time> },
  {
    id: 'kind',
    title: 'Mark',
    cell: ({ kind }) => <Badge mood={markMoods[kind][0]} word={markMoods[kind][1]} />,
  },
  { id: 'key', title: 'Of', cell: ({ key, kind }) => (kind === 'operator' ? 'the operator' : shortName(key)) },
  { id: 'reason', title: 'Reason', cell: ({ reason }) => spaced(reason) },
  { id: 'message', title: 'What happened', kind: 'wide', cell: ({ message }) => message },
];

function Marks({ marks }: { marks: readonly MarkView[] }): JSX.Element {
  return (
    <details class="marks">
      <summary>{marks.length} marked in the charts: rollouts, faults, recoveries, starts of the operator</summary>
      <DataTable
        caption="What is marked in the charts, newest first"
        columns={columns}
        rows={[...marks].sort((one, other) => other.at.localeCompare(one.at))}
        keyOf={({ at, key, reason, message }) => [at, key, reason, message].join(' ')}
      />
    </details>
  );
}
