import type { DiffInput } from './diff-input.ts';
import { itemKey, type WorkloadItem } from './item.ts';

/** How much of a group there may be, and how much there is. */
export interface Room {
  /** How many more workloads may be made now. */
  readonly left: number;
  /** One that is no longer wanted and still there, or just being made. */
  readonly rival: string | undefined;
}

/**
 * Room for a workload's group. Where two revisions cannot stand together, what is new may be made as long as it is not
 * started, beside whatever still holds the place; otherwise all count against `replicas` and `maxSurge`.
 */
export function roomFor({ group }: WorkloadItem, input: DiffInput): Room {
  const wanted = input.desired.filter((item) => item.type === 'workload' && item.group.name === group.name);
  const wantedKeys = new Set(wanted.map(itemKey));
  const existing = wanted.filter((item) => input.lookup(item) || input.busy.has(itemKey(item))).length;
  const surplus = input.owned.filter(
    (item) => item.type === 'workload' && item.fields['group'] === group.name && !wantedKeys.has(itemKey(item)),
  );
  const seen = new Set(surplus.map(itemKey));
  // What was begun for an earlier manifest is not seen yet, and will be there all the same.
  const coming = [...input.busy].flatMap(([key, { verb, item }]) =>
    verb !== 'remove' &&
    verb !== 'drain' &&
    item.type === 'workload' &&
    item.owner === input.key &&
    item.group.name === group.name &&
    !wantedKeys.has(key) &&
    !seen.has(key)
      ? [item.id]
      : [],
  );
  const rival = surplus[0]?.id ?? coming[0];
  const idle = surplus.filter(({ phase }) => phase === 'stopped').length + coming.length;
  const left = group.exclusive
    ? group.replicas - existing - idle
    : group.replicas + group.maxSurge - existing - surplus.length - coming.length;
  return { left, rival };
}
