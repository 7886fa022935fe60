import { itemKey, type ItemKey, type ItemRef, type ItemType, type Observed } from '../core/item.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Readiness } from './readiness.ts';

/**
 * What drivers have found, indexed by item and by owner. Reads its own writes: what an action returned is here before
 * the next pass, and a list that began before that action does not undo it.
 */
export class Observation {
  readonly #readiness: Readiness;
  readonly #items = new Map<ItemKey, Observed>();
  readonly #byOwner = new Map<ResourceKey, Set<ItemKey>>();
  /** When an item was last written by something fresher than a list; compared with the start of lists. */
  readonly #writtenAt = new Map<ItemKey, number>();
  #tick = 0;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** The item with what probes know of it. */
  get(ref: ItemRef): Observed | undefined {
    const found = this.#items.get(itemKey(ref));
    return found && this.#readiness.overlay(found, this.#serverOf(found));
  }

  owned(owner: ResourceKey): Observed[] {
    return [...(this.#byOwner.get(owner) ?? [])].flatMap((key) => {
      const item = this.#items.get(key);
      return item ? (this.get(item) ?? []) : [];
    });
  }

  owners(): ResourceKey[] {
    return [...this.#byOwner.keys()].filter((owner) => owner !== '');
  }

  all(): Observed[] {
    return [...this.#items.values()].map((item) => this.get(item) ?? item);
  }

  /** To be taken before a list begins and given to {@link replace} with its result. */
  mark(): number {
    return ++this.#tick;
  }

  /** Takes over a complete list of some types. Returns what is different now. */
  replace(types: readonly ItemType[], listed: readonly Observed[], mark: number): Observed[] {
    const fresh = new Map(listed.map((item) => [itemKey(item), item]));
    const changed: Observed[] = [];
    for (const [key, old] of this.#items) {
      if (!types.includes(old.type) || fresh.has(key) || this.#newerThan(key, mark)) continue;
      this.#drop(key, old);
      changed.push(old);
    }
    for (const [key, item] of fresh) {
      if (this.#newerThan(key, mark)) continue;
      if (this.#put(key, item)) changed.push(item);
    }
    for (const [key, tick] of this.#writtenAt) if (tick <= mark && !this.#items.has(key)) this.#writtenAt.delete(key);
    return changed;
  }

  /** Takes over one item as just seen; undefined if it is gone. Returns whether that is news. */
  write(ref: ItemRef, item: Observed | undefined): boolean {
    const key = itemKey(ref);
    this.#writtenAt.set(key, ++this.#tick);
    const old = this.#items.get(key);
    if (item) return this.#put(key, item);
    if (old) this.#drop(key, old);
    return old !== undefined;
  }

  /**
   * Takes over one item as read since `mark`. Returns undefined, and changes nothing, if something fresher was written
   * meanwhile: then only another read can tell.
   */
  refresh(ref: ItemRef, item: Observed | undefined, mark: number): boolean | undefined {
    if (this.#newerThan(itemKey(ref), mark)) return undefined;
    const isNews = this.write(ref, item);
    this.#writtenAt.set(itemKey(ref), mark);
    return isNews;
  }

  #newerThan(key: ItemKey, mark: number): boolean {
    return (this.#writtenAt.get(key) ?? 0) > mark;
  }

  #put(key: ItemKey, item: Observed): boolean {
    const old = this.#items.get(key);
    if (old && sameObserved(old, item)) return false;
    if (old && old.owner !== item.owner) this.#drop(key, old);
    this.#items.set(key, item);
    const keys = this.#byOwner.get(item.owner) ?? new Set();
    this.#byOwner.set(item.owner, keys.add(key));
    return true;
  }

  #drop(key: ItemKey, old: Observed): void {
    this.#items.delete(key);
    const keys = this.#byOwner.get(old.owner);
    keys?.delete(key);
    if (keys?.size === 0) this.#byOwner.delete(old.owner);
  }

  /** Servers carry the id of their workload, so a workload finds its server without a search. */
  #serverOf(item: Observed): Observed | undefined {
    return item.type === 'workload' ? this.#items.get(itemKey({ type: 'server', id: item.id })) : undefined;
  }
}

function sameObserved(left: Observed, right: Observed): boolean {
  return (
    left.phase === right.phase &&
    left.hash === right.hash &&
    left.owner === right.owner &&
    left.message === right.message &&
    left.workload === right.workload &&
    sameFields(left.fields, right.fields)
  );
}

function sameFields(left: Observed['fields'], right: Observed['fields']): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
