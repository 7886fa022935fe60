import type { JSX } from 'preact';
import type { EventView } from '../../api/shapes.ts';
import { linkToKey } from '../router.ts';
import { shortName } from '../text/format.ts';
import { Badge, spaced } from './badge.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { Age } from './time.tsx';

/** What happened, newest first. */
export function EventTable({
  events,
  nowMs,
  withoutResource = false,
}: {
  events: readonly EventView[];
  nowMs: number;
  withoutResource?: boolean;
}): JSX.Element {
  const resource: Column<EventView> = {
    id: 'resource',
    title: 'Resource',
    cell: ({ key }) => <a href={linkToKey(key)}>{shortName(key)}</a>,
  };
  const columns: readonly Column<EventView>[] = [
    { id: 'seen', title: 'Seen', cell: ({ lastSeen }) => <Age at={lastSeen} nowMs={nowMs} /> },
    {
      id: 'type',
      title: 'Type',
      cell: ({ type }) => <Badge mood={type === 'Warning' ? 'warn' : 'idle'} word={type} />,
    },
    ...(withoutResource ? [] : [resource]),
    { id: 'reason', title: 'Reason', cell: ({ reason }) => spaced(reason) },
    { id: 'message', title: 'What happened', kind: 'wide', cell: ({ message }) => message },
    {
      id: 'count',
      title: 'Times',
      kind: 'number',
      cell: ({ count, firstSeen }) => (
        <span title={count > 1 ? `first seen ${firstSeen}` : undefined}>{count > 1 ? `${count}` : '1'}</span>
      ),
    },
  ];
  return (
    <DataTable
      caption="Events, newest first"
      columns={columns}
      rows={events}
      keyOf={({ key, reason, message, firstSeen }) => [key, reason, firstSeen, message].join(' ')}
    />
  );
}
