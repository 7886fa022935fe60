import type { JSX } from 'preact';
import type { HistoryView as History, SeriesView } from '../../api/shapes.ts';
import { HistoryCharts, NotYet } from '../chart/history-charts.tsx';
import { knownPart } from '../chart/known-part.ts';
import { RangeSwitch, useHistory } from '../chart/range.tsx';
import { Strip } from '../chart/strip.tsx';
import { servicesOf, type World } from '../data/world.ts';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { linkTo, type Route } from '../router.ts';
import { figure, percent, shortName } from '../text/format.ts';

/** How all services were over a range, and one of them in charts. */
export function HistoryView({ world, route }: { world: World; route: Route }): JSX.Element {
  const { range, asked, choose } = useHistory(undefined, world.operator?.startedAt);
  const { answer, failure, again } = asked;
  const chosen = route.query.get('service') ?? answer?.series[0]?.key ?? servicesOf(world)[0]?.key;
  return (
    <>
      <div class="view-head">
        <h1>History</h1>
        <RangeSwitch range={range} onRange={choose} />
      </div>
      {failure !== undefined && !answer && <Failure message={failure} again={again} />}
      {!answer && failure === undefined && <Loading what="the history" />}
      {answer && answer.series.length === 0 && <NotYet stepMs={answer.stepMs} />}
      {answer && answer.series.length > 0 && (
        <DataTable
          caption="Services over the range"
          columns={columnsOf(knownPart(answer).history, chosen)}
          rows={[...knownPart(answer).history.series].sort((one, other) => one.key.localeCompare(other.key))}
          keyOf={({ key }) => key}
        />
      )}
      {answer && chosen !== undefined && answer.series.length > 0 && (
        <section aria-labelledby="charts-of">
          <h2 id="charts-of">{shortName(chosen)}</h2>
          <HistoryCharts asked={asked} serviceKey={chosen} />
        </section>
      )}
    </>
  );
}

function columnsOf(history: History, chosen: string | undefined): readonly Column<SeriesView>[] {
  const marks = (series: SeriesView, kind: string): number =>
    history.marks.filter((mark) => mark.key === series.key && mark.kind === kind).length;
  return [
    {
      id: 'service',
      title: 'Service',
      cell: ({ key }) => (
        <a href={linkTo('history', [], { service: key })} aria-current={key === chosen ? 'true' : undefined}>
          {shortName(key)}
        </a>
      ),
      sortBy: ({ key }) => shortName(key),
    },
    {
      id: 'ready',
      title: 'Ready',
      kind: 'number',
      explained: 'Share of the measured time in which it was ready',
      cell: ({ up }) => percent(mean(up)),
      sortBy: ({ up }) => mean(up),
    },
    { id: 'strip', title: 'Over time', kind: 'wide', cell: ({ up }) => <Strip up={up} history={history} /> },
    {
      id: 'requests',
      title: 'Req/s',
      kind: 'number',
      explained: 'Requests per second on average',
      cell: ({ requestsPerSecond }) => figure(mean(requestsPerSecond)),
      sortBy: ({ requestsPerSecond }) => mean(requestsPerSecond),
    },
    {
      id: 'errors',
      title: 'Err/s',
      kind: 'number',
      explained: 'Errors per second on average',
      cell: ({ errorsPerSecond }) => figure(mean(errorsPerSecond)),
      sortBy: ({ errorsPerSecond }) => mean(errorsPerSecond),
    },
    {
      id: 'p99',
      title: 'p99 ms',
      kind: 'number',
      explained: 'The highest p99 of any step, in milliseconds',
      cell: ({ p99Ms }) => figure(highest(p99Ms)),
      sortBy: ({ p99Ms }) => highest(p99Ms),
    },
    { id: 'rollouts', title: 'Rollouts', kind: 'number', cell: (series) => marks(series, 'rollout') },
    { id: 'faults', title: 'Faults', kind: 'number', cell: (series) => marks(series, 'fault') },
  ];
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function mean(values: readonly (number | null)[]): number | undefined {
  const all = known(values);
  return all.length === 0 ? undefined : all.reduce((sum, value) => sum + value, 0) / all.length;
}

function highest(values: readonly (number | null)[]): number | undefined {
  const all = known(values);
  return all.length === 0 ? undefined : Math.max(...all);
}
