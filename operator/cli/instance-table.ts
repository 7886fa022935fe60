import { parseKey } from '../core/resource.ts';
import type { InstanceStatus, Status } from '../engine/status.ts';
import type { Listing } from './output.ts';
import { plain, type Paint, type Shade } from './paint.ts';

/** A container, and what it belongs to. */
export interface ListedInstance extends InstanceStatus {
  readonly owner: Status['key'];
  readonly metadata: Status['metadata'];
}

const shades: Readonly<Record<string, Shade>> = {
  ready: 'good',
  failed: 'bad',
  starting: 'doubtful',
  draining: 'doubtful',
};

/** The containers of these resources. `metadata` is that of the resource, but for the name. */
export function instancesOf(statuses: readonly Status[]): ListedInstance[] {
  return statuses.flatMap(({ key, metadata, instances }) =>
    instances
      .filter(({ type }) => type === 'workload')
      .map((instance) => ({ ...instance, owner: key, metadata: { ...metadata, name: instance.id } })),
  );
}

export function instanceListing(withNamespace: boolean, paint: Paint = plain): Listing<ListedInstance> {
  return {
    nameOf: ({ id }) => `instance/${id}`,
    columns: [
      ...(withNamespace ? [{ title: 'NAMESPACE', cell: ({ metadata }: ListedInstance) => metadata.namespace }] : []),
      { title: 'NAME', cell: ({ id }) => id },
      { title: 'OF', cell: ({ owner }) => parseKey(owner).name },
      { title: 'PHASE', cell: ({ phase }) => paint(shades[phase] ?? 'faint', phase) },
      { title: 'ADDRESS', cell: ({ address }) => address ?? '-' },
      { title: '', cell: ({ message }) => message ?? '' },
    ],
  };
}
