import { itemKey, type DesiredItem, type ItemKey, type Observed } from '../core/item.ts';
import type { Lookup } from '../core/bind.ts';
import type { Wait } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';

const defaultProbationMs = 30_000;

/**
 * Registrations that nobody declares and behind which nothing runs may be another operator's, or belong to what was only
 * half read: they go when they have been seen so for a while. Those of replicas that we take away ourselves go before
 * their replicas, and at once.
 */
export class Probation {
  readonly #probationMs: number;
  readonly #since = new Map<ResourceKey, ReadonlyMap<ItemKey, number>>();

  constructor(probationMs = defaultProbationMs) {
    this.#probationMs = probationMs;
  }

  /** What of the owned items may be judged now, and waits for the rest. */
  judge(
    key: ResourceKey,
    desired: readonly DesiredItem[],
    owned: readonly Observed[],
    lookup: Lookup,
    nowMs: number,
  ): { readonly owned: readonly Observed[]; readonly waits: readonly Wait[] } {
    const orphans = owned.filter((item) => isOrphan(item, desired, lookup));
    const before = this.#since.get(key);
    const since = new Map(orphans.map((item) => [itemKey(item), before?.get(itemKey(item)) ?? nowMs]));
    if (since.size > 0) this.#since.set(key, since);
    else this.#since.delete(key);
    if (since.size === 0) return { owned, waits: [] };

    const leftMs = (item: Observed): number => (since.get(itemKey(item)) ?? -Infinity) + this.#probationMs - nowMs;
    return {
      owned: owned.filter((item) => leftMs(item) <= 0),
      waits: owned
        .filter((item) => leftMs(item) > 0)
        .map((item) => ({
          item,
          cause: `nothing declares it and nothing runs behind it: goes in ${Math.ceil(leftMs(item) / 1000)} s if that stays so`,
          requeueAfterMs: leftMs(item),
        })),
    };
  }
}

function isOrphan({ type, id, workload }: Observed, desired: readonly DesiredItem[], lookup: Lookup): boolean {
  if (type !== 'registration' || workload === undefined) return false;
  const isWanted = desired.some((item) => item.type === type && item.id === id);
  return !isWanted && !lookup({ type: 'workload', id: workload }) && !lookup({ type: 'server', id: workload });
}
