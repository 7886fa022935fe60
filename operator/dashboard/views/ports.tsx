import type { JSX } from 'preact';
import type { ListView, PortView } from '../../api/shapes.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useNow } from '../data/use-now.ts';
import type { World } from '../data/world.ts';
import { Badge } from '../parts/badge.tsx';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { Failure, Loading, Notice } from '../parts/notice.tsx';
import { Age } from '../parts/time.tsx';
import { linkToKey } from '../router.ts';
import { counted, shortName } from '../text/format.ts';
import { PortMap } from './port-map.tsx';

const uses: Readonly<Record<PortView['use'], string>> = {
  service: 'Service',
  discovery: 'Discovery (Consul)',
  dashboard: 'This page and its API',
  statistics: 'Statistics of HAProxy',
  foreign: 'Somebody else',
};

/** Every port of the plan that is held, who holds it, and who listens there without holding it. */
export function PortsView({ world }: { world: World }): JSX.Element {
  const { answer, failure, again } = useAnswer<ListView<PortView>>('/api/v1/ports', world.services, 5_000);
  const nowMs = useNow();
  const ports = answer?.items ?? [];
  return (
    <>
      <div class="view-head">
        <h1>Ports</h1>
        {answer && <span class="muted">{summary(ports)}</span>}
      </div>
      {failure !== undefined && !answer && <Failure message={failure} again={again} />}
      {!answer && failure === undefined && <Loading what="the ports" />}
      {[...world.networks.values()].map((network) => (
        <PortMap
          key={network.key}
          network={network}
          ports={ports.filter(({ network: of }) => of === network.key || of === network.name)}
        />
      ))}
      {answer && ports.length === 0 && (
        <Notice title="No port is held">A service gets one as soon as it is declared.</Notice>
      )}
      {ports.length > 0 && (
        <DataTable
          caption="Ports"
          columns={columnsOf(nowMs)}
          rows={ports}
          keyOf={({ port, network, use }) => [port, network, use].join(' ')}
          first={{ column: 'port', descending: false }}
        />
      )}
    </>
  );
}

function columnsOf(nowMs: number): readonly Column<PortView>[] {
  return [
    { id: 'port', title: 'Port', cell: ({ port }) => <code>{port}</code>, sortBy: ({ port }) => port },
    { id: 'use', title: 'Use', cell: ({ use }) => uses[use], sortBy: ({ use }) => use },
    {
      id: 'holder',
      title: 'Held by',
      cell: ({ holder, foreign }) =>
        holder === undefined ? (
          <span>{foreign ?? 'not known'}</span>
        ) : (
          <a href={linkToKey(holder)}>{shortName(holder)}</a>
        ),
      sortBy: ({ holder }) => holder,
    },
    {
      id: 'state',
      title: 'State',
      cell: (port) => <PortState port={port} />,
      sortBy: ({ listening }) => Number(listening),
    },
    {
      id: 'since',
      title: 'Since',
      cell: ({ since }) => <Age at={since} nowMs={nowMs} />,
      sortBy: ({ since }) => since,
    },
    { id: 'network', title: 'Network', cell: ({ network }) => shortName(network), sortBy: ({ network }) => network },
  ];
}

/** A port that is held by us and listened at by another is a port that is taken. */
function PortState({ port: { use, listening, foreign } }: { port: PortView }): JSX.Element {
  if (use === 'foreign') return <Badge mood="warn" word="Foreign listener" />;
  if (foreign !== undefined) return <Badge mood="bad" word={`Taken by ${foreign}`} />;
  return listening ? <Badge mood="ok" word="Listening" /> : <Badge mood="idle" word="Not listening" />;
}

function summary(ports: readonly PortView[]): string {
  const foreign = ports.filter(({ use, foreign }) => use === 'foreign' || foreign !== undefined).length;
  const held = ports.filter(({ use }) => use !== 'foreign').length;
  return `${counted(held, 'port')} held, ${counted(foreign, 'foreign listener')}`;
}
