import { itemTypes, type ItemRef, type ItemType, type Observed } from '../core/item.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Readiness } from './readiness.ts';

/** What is known of one item; without an item it is the memory of its end, kept as long as an older list may come. */
interface Entry {
  item: Observed | undefined;
  /** The item with what probes know of it: made from `known`, and checked at `shownAt`, a version of readiness. */
  shown: Observed | undefined;
  shownAt: number;
  known: unknown;
  /** When it was last written by something fresher than a list; compared with the start of lists. */
  writtenAt: number;
  /** The start of the last list that it was in. */
  listedAt: number;
}

/** The items of one owner. */
interface Property {
  readonly entries: Set<Entry>;
  version: number;
}

/**
 * What drivers have found, indexed by item and by owner. Reads its own writes: what an action returned is here before
 * the next pass, and a list that began before that action does not undo it.
 */
export class Observation {
  readonly #readiness: Readiness;
  readonly #entries = new Map<ItemType, Map<string, Entry>>(itemTypes.map((type) => [type, new Map()]));
  readonly #byOwner = new Map<ResourceKey, Property>();
  #tick = 0;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** The item with what probes know of it. The same object as long as nothing of that changes. */
  get({ type, id }: ItemRef): Observed | undefined {
    const entry = this.#of(type).get(id);
    return entry && this.#show(entry);
  }

  owned(owner: ResourceKey): Observed[] {
    const found: Observed[] = [];
    for (const entry of this.#byOwner.get(owner)?.entries ?? []) {
      const item = this.#show(entry);
      if (item) found.push(item);
    }
    return found;
  }

  /** Another number whenever something of an owner is another than before; 0 for one who owns nothing. */
  version(owner: ResourceKey): number {
    return this.#byOwner.get(owner)?.version ?? 0;
  }

  /** Probes have found out something about an item. */
  touch({ type, id }: ItemRef): void {
    const property = this.#byOwner.get(this.#of(type).get(id)?.item?.owner ?? '');
    if (property) property.version = ++this.#tick;
  }

  owners(): ResourceKey[] {
    return [...this.#byOwner.keys()].filter((owner) => owner !== '');
  }

  all(): Observed[] {
    return [...this.#entries.values()].flatMap((entries) =>
      [...entries.values()].flatMap((entry) => this.#show(entry) ?? []),
    );
  }

  /** To be taken before a list begins and given to {@link replace} with its result. */
  mark(): number {
    return ++this.#tick;
  }

  /** Takes over a complete list of some types. Returns what is different now. */
  replace(types: readonly ItemType[], listed: readonly Observed[], mark: number): Observed[] {
    const changed: Observed[] = [];
    for (const item of listed) {
      const entry = this.#ensure(item);
      entry.listedAt = mark;
      if (entry.writtenAt <= mark && this.#put(entry, item)) changed.push(item);
    }
    for (const type of types) {
      const entries = this.#of(type);
      for (const [id, entry] of entries) {
        if (entry.listedAt === mark || entry.writtenAt > mark) continue;
        if (entry.item) changed.push(entry.item);
        this.#drop(entry);
        entries.delete(id);
      }
    }
    return changed;
  }

  /** Takes over one item as just seen; undefined if it is gone. Returns whether that is news. */
  write(ref: ItemRef, item: Observed | undefined): boolean {
    return this.#write(ref, item, ++this.#tick);
  }

  /**
   * Takes over one item as read since `mark`. Returns undefined, and changes nothing, if something fresher was written
   * meanwhile: then only another read can tell.
   */
  refresh(ref: ItemRef, item: Observed | undefined, mark: number): boolean | undefined {
    if ((this.#of(ref.type).get(ref.id)?.writtenAt ?? 0) > mark) return undefined;
    return this.#write(ref, item, mark);
  }

  #write(ref: ItemRef, item: Observed | undefined, at: number): boolean {
    const entry = this.#ensure(ref);
    entry.writtenAt = at;
    const had = entry.item !== undefined;
    if (item) return this.#put(entry, item);
    this.#drop(entry);
    return had;
  }

  #put(entry: Entry, item: Observed): boolean {
    if (entry.item && sameObserved(entry.item, item)) return false;
    this.#drop(entry);
    entry.item = item;
    const property = this.#byOwner.get(item.owner) ?? { entries: new Set(), version: 0 };
    this.#byOwner.set(item.owner, property);
    property.entries.add(entry);
    // Taken from one count for all, so that an owner who comes back is not mistaken for itself.
    property.version = ++this.#tick;
    this.#forgetShown(entry, item);
    return true;
  }

  #drop(entry: Entry): void {
    const { item } = entry;
    if (!item) return;
    const property = this.#byOwner.get(item.owner);
    property?.entries.delete(entry);
    if (property) property.version = ++this.#tick;
    if (property?.entries.size === 0) this.#byOwner.delete(item.owner);
    entry.item = undefined;
    this.#forgetShown(entry, item);
  }

  /** A workload is shown with what its server tells. */
  #forgetShown(entry: Entry, { type, id }: ItemRef): void {
    entry.shown = undefined;
    const workload = type === 'server' ? this.#of('workload').get(id) : undefined;
    if (workload) workload.shown = undefined;
  }

  #show(entry: Entry): Observed | undefined {
    const { item } = entry;
    if (!item) return undefined;
    if (entry.shown && entry.shownAt === this.#readiness.version) return entry.shown;
    const known = this.#readiness.of(item);
    entry.shownAt = this.#readiness.version;
    if (entry.shown && entry.known === known) return entry.shown;
    const server = item.type === 'workload' ? this.#of('server').get(item.id)?.item : undefined;
    entry.known = known;
    return (entry.shown = this.#readiness.overlay(item, server));
  }

  #ensure({ type, id }: ItemRef): Entry {
    const entries = this.#of(type);
    const known = entries.get(id);
    if (known) return known;
    const entry: Entry = {
      item: undefined,
      shown: undefined,
      shownAt: -1,
      known: undefined,
      writtenAt: 0,
      listedAt: 0,
    };
    entries.set(id, entry);
    return entry;
  }

  #of(type: ItemType): Map<string, Entry> {
    const entries = this.#entries.get(type);
    if (!entries) throw new TypeError(`there are no items of type ${type}`);
    return entries;
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
  let names = 0;
  for (const name in left) {
    names++;
    if (left[name] !== right[name]) return false;
  }
  for (const _ in right) names--;
  return names === 0;
}
