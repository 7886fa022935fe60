import { hashOf } from './hash.ts';
import { isLate, itemKey, type DesiredItem, type ItemRef, type Late, type Observed } from './item.ts';

export type Lookup = (ref: ItemRef) => Observed | undefined;

/** A desired item with every late value filled in, or the first one that cannot be filled yet. */
export type Bound = { readonly bound: DesiredItem } | { readonly unbound: Late };

/**
 * Fills late values from the observation. Pure, and run at every pass, so a container that comes back with another
 * address changes the hash of what refers to it and the ordinary diff repairs that.
 */
export function bind(item: DesiredItem, lookup: Lookup): Bound {
  const unbound: Late[] = [];
  const spec = fill(item.spec);
  if (unbound[0]) return { unbound: unbound[0] };
  // The shape of a spec is unchanged: only Late values became strings, which the spec types allow in their place.
  return { bound: { ...item, spec, hash: item.type === 'workload' ? item.hash : hashOf(spec) } as DesiredItem };

  function fill(value: unknown): unknown {
    if (isLate(value)) {
      const found = lookup(value.late)?.fields[value.field];
      if (found === undefined || found === '') unbound.push(value);
      return found;
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
  }
}

export function describeLate(late: Late): string {
  return `${late.field} of ${itemKey(late.late).replace('/', ' ')}`;
}
