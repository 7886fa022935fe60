import { hashOf } from '../../core/hash.ts';
import type { Model } from './model.ts';
import { scriptHash } from './script.ts';

/** Rises when the same is rendered in another way, so that an upgrade reloads what an older version has started. */
const renderedAs = 2;
/** The last hash of every set of backends; a set that changes is another one. */
const known = new WeakMap<Model['backends'], { readonly spec: unknown; readonly hash: string }>();

/** Of everything that cannot change at run time; a process started with another one needs a reload. */
export function structureHash({ balancer, backends }: Model): string {
  const last = known.get(backends);
  if (last?.spec === balancer.spec) return last.hash;
  const entries = [...backends.values()]
    .map(({ id, spec }) => [id, spec] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  // Who runs it, and how often, is nothing that a process would have to read.
  const { fleet: _fleet, ...spec } = balancer.spec;
  const hash = hashOf([renderedAs, scriptHash, spec, entries]);
  known.set(backends, { spec: balancer.spec, hash });
  return hash;
}

/** Of everything; what a process that cannot be changed at run time must have been started with. */
export function configHash(model: Model): string {
  return hashOf([structureHash(model), [...model.servers.values()]]);
}
