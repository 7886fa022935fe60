import { hashOf } from './hash.ts';
import { isLate, itemKey, type DesiredItem, type ItemRef, type Late, type Observed } from './item.ts';

export type Lookup = (ref: ItemRef) => Observed | undefined;

/** A desired item with every late value filled in, or the first one that cannot be filled yet. */
export type Bound = { readonly bound: DesiredItem } | { readonly unbound: Late };

/** What an item was bound to last. */
interface Last {
  readonly values: readonly string[];
  readonly bound: DesiredItem;
}

// Both are functions of immutable items: kept only so that an item which is looked at again costs a few lookups.
const latesOf = new WeakMap<DesiredItem, readonly Late[]>();
const lastOf = new WeakMap<DesiredItem, Last>();

/**
 * Fills late values from the observation. Pure, and run at every pass, so a container that comes back with another
 * address changes the hash of what refers to it and the ordinary diff repairs that.
 */
export function bind(item: DesiredItem, lookup: Lookup): Bound {
  const lates = latesIn(item);
  // The hash of what has no late values is that of its spec already.
  if (lates.length === 0) return { bound: item };
  const values: string[] = [];
  for (const late of lates) {
    const value = lookup(late.late)?.fields[late.field];
    if (value === undefined || value === '') return { unbound: late };
    values.push(value);
  }
  const last = lastOf.get(item);
  if (last?.values.every((value, index) => value === values[index])) return last;
  const made = { values, bound: filled(item, values) };
  lastOf.set(item, made);
  return made;
}

export function describeLate(late: Late): string {
  return `${late.field} of ${itemKey(late.late).replace('/', ' ')}`;
}

function latesIn(item: DesiredItem): readonly Late[] {
  const known = latesOf.get(item);
  if (known) return known;
  const found: Late[] = [];
  mapLates(item.spec, (late) => found.push(late));
  latesOf.set(item, found);
  return found;
}

/** @param values in the order of the late ones in the spec */
function filled(item: DesiredItem, values: readonly string[]): DesiredItem {
  let next = 0;
  const spec = mapLates(item.spec, () => values[next++]);
  // The shape of a spec is unchanged: only Late values became strings, which the spec types allow in their place.
  return { ...item, spec, hash: item.type === 'workload' ? item.hash : hashOf(spec) } as DesiredItem;
}

function mapLates(value: unknown, change: (late: Late) => unknown): unknown {
  if (isLate(value)) return change(value);
  if (Array.isArray(value)) return value.map((each) => mapLates(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapLates(inner, change)]));
}
