import type { SeriesView } from '../../api/shapes.ts';

/** A chart of fewer steps than this says nothing of how things go. */
const fewestSteps = 30;

/** The step from which on something was measured; a chart of a service of today is not drawn over a week. */
export function firstKnown({ up }: SeriesView): number {
  const first = up.findIndex((value) => value !== null);
  return Math.max(0, Math.min(first, up.length - fewestSteps));
}

export function since(series: SeriesView, start: number): SeriesView {
  const part = (values: readonly (number | null)[]): readonly (number | null)[] => values.slice(start);
  return {
    key: series.key,
    up: part(series.up),
    readyReplicas: part(series.readyReplicas),
    sessions: part(series.sessions),
    requestsPerSecond: part(series.requestsPerSecond),
    errorsPerSecond: part(series.errorsPerSecond),
    p50Ms: part(series.p50Ms),
    p95Ms: part(series.p95Ms),
    p99Ms: part(series.p99Ms),
  };
}
