import type { JSX } from 'preact';
import type { InstanceView, TrafficView } from '../../api/shapes.ts';
import type { World } from '../data/world.ts';
import { Badge, phaseMood, phaseWord } from '../parts/badge.tsx';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { Notice } from '../parts/notice.tsx';
import { Age } from '../parts/time.tsx';
import { figure } from '../text/format.ts';

const routes: Readonly<Record<InstanceView['route'], string>> = {
  open: 'takes new sessions',
  draining: 'keeps those it has',
  none: 'not routed to',
};

/** The containers of a service, and how each stands with clients and with Consul. */
export function InstanceTable({
  world,
  instances,
  nowMs,
}: {
  world: World;
  instances: readonly InstanceView[];
  nowMs: number;
}): JSX.Element {
  if (instances.length === 0) return <Notice title="It has no instance now" />;
  return (
    <DataTable
      caption="Instances"
      columns={columnsOf((each) => world.instanceTraffic[each.id] ?? each.traffic, nowMs)}
      rows={instances}
      keyOf={({ id }) => id}
    />
  );
}

function columnsOf(
  traffic: (instance: InstanceView) => TrafficView | undefined,
  nowMs: number,
): readonly Column<InstanceView>[] {
  return [
    { id: 'id', title: 'Container', cell: ({ id }) => <code>{id}</code> },
    {
      id: 'phase',
      title: 'Phase',
      cell: ({ phase }) => <Badge mood={phaseMood(phase)} word={phaseWord(phase)} />,
    },
    { id: 'route', title: 'Clients', cell: ({ route }) => routes[route] },
    { id: 'registered', title: 'Consul', cell: ({ registered }) => (registered ? 'registered' : 'not registered') },
    { id: 'address', title: 'Address', cell: ({ address }) => <code>{address ?? '–'}</code> },
    { id: 'sessions', title: 'Sessions', kind: 'number', cell: (each) => figure(traffic(each)?.sessions) },
    { id: 'rate', title: 'Req/s', kind: 'number', cell: (each) => figure(traffic(each)?.requestsPerSecond) },
    { id: 'p95', title: 'p95 ms', kind: 'number', cell: (each) => figure(traffic(each)?.p95Ms) },
    { id: 'age', title: 'Age', kind: 'number', cell: ({ createdAt }) => <Age at={createdAt} nowMs={nowMs} /> },
    { id: 'message', title: 'Message', kind: 'wide', cell: ({ message }) => message ?? '' },
  ];
}
