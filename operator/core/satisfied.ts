import { bind, type Lookup } from './bind.ts';
import type { DesiredItem, Observed } from './item.ts';

/** Exists as desired and does its work. */
export function isSatisfied(item: DesiredItem, lookup: Lookup): boolean {
  const observed = lookup(item);
  if (!observed) return false;
  if (isAdopted(item, observed)) return true;
  const result = bind(item, lookup);
  return observed.phase === 'ready' && 'bound' in result && sameHash(result.bound, observed);
}

/** Identity of a workload is in its id and a volume cannot change: their hashes are never compared here. */
export function sameHash(item: DesiredItem, observed: Observed): boolean {
  return item.type === 'workload' || item.type === 'volume' || item.hash === observed.hash;
}

export function isAdopted(item: DesiredItem, observed: Observed): boolean {
  return item.type === 'network' && item.spec.adopt && observed.phase === 'foreign';
}
