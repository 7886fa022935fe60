import { findCondition } from '../core/condition.ts';
import type { Status } from '../engine/status.ts';
import type { Column, Listing } from './output.ts';
import { plain, type Paint, type Shade } from './paint.ts';
import { formatAge, formatTable } from './table.ts';

const shades: Readonly<Record<string, Shade>> = { True: 'good', False: 'bad', Unknown: 'doubtful' };

/** How services and networks are listed. One that is not ready has its reason at the end of its line. */
export function statusListing(nowMs: number, withNamespace: boolean, paint: Paint = plain): Listing<Status> {
  const namespace: Column<Status> = { title: 'NAMESPACE', cell: ({ metadata }) => metadata.namespace };
  return {
    nameOf: ({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`,
    columns: [
      ...(withNamespace ? [namespace] : []),
      { title: 'NAME', cell: ({ metadata }) => metadata.name },
      {
        title: 'READY',
        cell: (status) => painted(findCondition(status.conditions, 'Ready')?.status ?? 'Unknown', paint),
      },
      { title: 'REPLICAS', cell: ({ readyReplicas, replicas }) => `${readyReplicas}/${replicas}` },
      { title: 'PROTOCOL', cell: ({ serverInfo }) => serverInfo?.protocolVersion ?? '-' },
      { title: 'URL', cell: ({ address }) => address?.url ?? '-' },
      { title: 'AGE', cell: ({ since }) => formatAge(since, nowMs) },
      { title: 'SERVER', isWide: true, cell: ({ serverInfo: info }) => (info ? `${info.name} ${info.version}` : '-') },
      { title: 'TOOLS', isWide: true, cell: ({ serverInfo }) => String(serverInfo?.tools ?? '-') },
      { title: 'INSTANCES', isWide: true, cell: (status) => workloads(status) || '-' },
      { title: '', cell: note },
    ],
  };
}

/** Whether a table of these needs the column NAMESPACE. */
export function spansNamespaces(items: readonly { readonly metadata: { readonly namespace: string } }[]): boolean {
  return new Set(items.map(({ metadata }) => metadata.namespace)).size > 1;
}

/** The plain table of `get`. */
export function formatStatuses(statuses: readonly Status[], nowMs: number): string {
  const columns = statusListing(nowMs, spansNamespaces(statuses)).columns.filter(({ isWide }) => !isWide);
  return formatTable(
    columns.map(({ title }) => title),
    statuses.map((status) => columns.map(({ cell }) => cell(status))),
  );
}

/** `True`, `False` or `Unknown` in its colour. */
export function painted(status: string, paint: Paint): string {
  const shade = shades[status];
  return shade ? paint(shade, status) : status;
}

function workloads({ instances }: Status): string {
  return instances
    .filter(({ type }) => type === 'workload')
    .map(({ id }) => id)
    .join(',');
}

function note({ conditions }: Status): string {
  const ready = findCondition(conditions, 'Ready');
  const rejected = findCondition(conditions, 'Accepted');
  if (rejected?.status === 'False') return `${rejected.reason}: ${rejected.message}`;
  if (ready && ready.status !== 'True') return `${ready.reason}: ${ready.message}`;
  const held = findCondition(conditions, 'Held');
  return held ? `${held.reason}: ${held.message}` : '';
}
