import type { JSX } from 'preact';
import type { ServiceView, TrafficView } from '../../api/shapes.ts';
import { trafficOf, type World } from '../data/world.ts';
import { Badge, serviceMood, serviceWord, spaced } from '../parts/badge.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import type { Column } from '../parts/data-table.tsx';
import { Age } from '../parts/time.tsx';
import { linkToKey } from '../router.ts';
import { figure, shortName } from '../text/format.ts';

const worst = ['bad', 'warn', 'busy', 'idle', 'ok'];

/** What the table of services tells of each. */
export function serviceColumns(world: World, nowMs: number): readonly Column<ServiceView>[] {
  const traffic = (service: ServiceView): TrafficView | undefined => trafficOf(world, service);
  const number = (id: keyof TrafficView, title: string, explained: string): Column<ServiceView> => ({
    id,
    title,
    explained,
    kind: 'number',
    cell: (service) => figure(traffic(service)?.[id]),
    sortBy: (service) => traffic(service)?.[id],
  });
  return [
    {
      id: 'name',
      title: 'Name',
      cell: (service) => <a href={linkToKey(service.key)}>{shortName(service.key)}</a>,
      sortBy: ({ key }) => shortName(key),
    },
    {
      id: 'ready',
      title: 'Ready',
      cell: (service) => (
        <span title={service.message}>
          <Badge mood={serviceMood(service)} word={serviceWord(service)} />
        </span>
      ),
      sortBy: (service) => worst.indexOf(serviceMood(service)),
    },
    {
      id: 'replicas',
      title: 'Replicas',
      kind: 'number',
      cell: ({ readyReplicas, replicas }) => `${readyReplicas}/${replicas}`,
      sortBy: ({ readyReplicas, replicas }) => (replicas === 0 ? 1 : readyReplicas / replicas),
    },
    {
      id: 'protocol',
      title: 'Protocol',
      explained: 'Revision of MCP that it answered with',
      cell: ({ serverInfo }) => serverInfo?.protocolVersion ?? '–',
      sortBy: ({ serverInfo }) => serverInfo?.protocolVersion,
    },
    {
      id: 'revision',
      title: 'Rev',
      explained: 'Revision of the manifest in force',
      kind: 'number',
      cell: ({ revision }) => figure(revision),
      sortBy: ({ revision }) => revision,
    },
    { id: 'url', title: 'URL', cell: (service) => <Url service={service} />, sortBy: ({ port }) => port },
    number('sessions', 'Sessions', 'Sessions, or open connections, now'),
    number('requestsPerSecond', 'Req/s', 'Requests per second over the last 10 s'),
    number('p50Ms', 'p50 ms', 'Milliseconds to the first byte of half of the answers of the last minute'),
    number('p95Ms', 'p95 ms', 'Milliseconds to the first byte of 95 of 100 answers of the last minute'),
    number('p99Ms', 'p99 ms', 'Milliseconds to the first byte of 99 of 100 answers of the last minute'),
    number('errorsPerSecond', 'Err/s', 'Failed requests per second over the last 10 s'),
    {
      id: 'change',
      title: 'Last change',
      kind: 'wide',
      cell: ({ lastChange }) =>
        lastChange ? (
          <span class="change" title={lastChange.message}>
            <span class="muted">
              <Age at={lastChange.at} nowMs={nowMs} />
            </span>{' '}
            <span>{spaced(lastChange.reason)}</span> <span class="muted change-cause">{cause(lastChange)}</span>
          </span>
        ) : (
          <span class="muted">–</span>
        ),
      sortBy: ({ lastChange }) => (lastChange ? -Date.parse(lastChange.at) : undefined),
    },
  ];
}

export function Url({ service: { url, key } }: { service: ServiceView }): JSX.Element {
  if (url === undefined) return <span class="muted">–</span>;
  return (
    <span class="url">
      <code title={url}>{url.replace(/^https?:\/\//, '')}</code>
      <CopyButton text={url} what={`the URL of ${shortName(key)}`} />
    </span>
  );
}

/** Without the word that the reason has said: `Created registration` of `registration files-1: does not exist`. */
function cause({ reason, message }: NonNullable<ServiceView['lastChange']>): string {
  const said = spaced(reason).split(' ').at(-1) ?? '';
  return message.startsWith(`${said} `) ? message.slice(said.length + 1) : message;
}
