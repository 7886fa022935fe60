import type { HistoryView, SeriesView } from '../../api/shapes.ts';

/** A chart of fewer steps than this says nothing of how things go. */
const fewestSteps = 30;

/** A history from about the first measured step on: a network of today is not drawn over a week. */
export interface KnownPart {
  readonly history: HistoryView;
  /** When the first step was measured, if that is later than the range begins. Milliseconds since the epoch. */
  readonly measuredSinceMs?: number;
}

/** @param keys of the series that count; all when not given */
export function knownPart(history: HistoryView, keys?: readonly string[]): KnownPart {
  const series = keys ? history.series.filter(({ key }) => keys.includes(key)) : history.series;
  const firsts = series.map(({ up }) => up.findIndex((value) => value !== null)).filter((first) => first >= 0);
  const first = firsts.length === 0 ? 0 : Math.min(...firsts);
  const length = series[0]?.up.length ?? 0;
  const start = Math.max(0, Math.min(first, length - fewestSteps));
  const fromMs = Date.parse(history.from);
  return {
    history: {
      ...history,
      from: new Date(fromMs + start * history.stepMs).toISOString(),
      series: series.map((each) => since(each, start)),
    },
    ...(first > 0 && { measuredSinceMs: fromMs + first * history.stepMs }),
  };
}

function since(series: SeriesView, start: number): SeriesView {
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
