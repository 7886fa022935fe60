import { itemKey, type ItemKey, type ItemRef } from '../core/item.ts';
import type { Wait } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';

/** Which keys wait for which item. An index that saves time only: the resync would find them, too. */
export class Waiters {
  readonly #keys = new Map<ItemKey, Set<ResourceKey>>();

  add(key: ResourceKey, waits: readonly Wait[]): void {
    for (const { on } of waits) {
      if (on) this.#keys.set(itemKey(on), (this.#keys.get(itemKey(on)) ?? new Set()).add(key));
    }
  }

  /** The keys that waited for the item; they no longer do. */
  take(item: ItemRef): ResourceKey[] {
    const keys = this.#keys.get(itemKey(item)) ?? [];
    this.#keys.delete(itemKey(item));
    return [...keys];
  }
}
