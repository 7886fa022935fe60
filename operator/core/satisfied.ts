import { bind, type Lookup } from './bind.ts';
import { hashVersion } from './hash.ts';
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
  if (item.type === 'workload' || item.type === 'volume' || item.hash === observed.hash) return true;
  // Networks cannot be changed: one that an earlier version made is compared by what it means.
  const { hashVersion: version = hashVersion, internal } = observed.fields;
  return item.type === 'network' && version !== hashVersion && internal === String(item.spec.internal);
}

export function isAdopted(item: DesiredItem, observed: Observed): boolean {
  return item.type === 'network' && item.spec.adopt && observed.phase === 'foreign';
}
