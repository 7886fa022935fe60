import { unfitness } from '../operator/core/drift.ts';
import { identify, type Identity } from '../operator/core/hash.ts';
import type { Observed, WorkloadSpec } from '../operator/core/item.ts';
import type { DesireContext } from '../operator/core/kind.ts';
import type { ResourceKey } from '../operator/core/resource.ts';

/** The hash of a workload; that under which it exists already where an earlier version of the operator made it. */
export function identityOf(owner: ResourceKey, parts: unknown, context: DesireContext): Identity {
  const existing = context.workloads(owner);
  return identify(
    parts,
    existing.map(({ hash, fields }) => ({ hash, hashVersion: fields['hashVersion'] ?? '' })),
    context.hashVersions,
  );
}

export interface Wanted {
  readonly count: number;
  /** What the ids of all replicas share, without the number. */
  readonly stem: string;
  readonly spec: Pick<WorkloadSpec, 'cpus'>;
  /** Ids that must not be given. */
  readonly drained?: readonly string[];
  /** Whether one that exists must give its place to another for a reason of its own. */
  readonly isOutdated?: (observed: Observed) => boolean;
}

/**
 * Numbers of replicas: those that exist and are fit stay, what serves before what does not, and the lowest free ones
 * complete them. One that somebody altered beyond repair is passed over, so another takes its place as in any rollout: it
 * grows before it shrinks.
 */
export function replicaNumbers(wanted: Wanted, existing: readonly Observed[]): number[] {
  const { count, stem, spec, drained = [], isOutdated = () => false } = wanted;
  const numberOf = ({ id }: Observed): number => Number(id.slice(stem.length + 1));
  const present = existing.filter(({ id }) => id.startsWith(`${stem}-`) && !drained.includes(id));
  const isFit = (each: Observed): boolean => unfitness(spec, each) === undefined && !isOutdated(each);
  const serving = (each: Observed): number => (each.phase === 'ready' ? 0 : 1);
  const fit = present
    .filter((each) => isFit(each) && isNumber(numberOf(each)))
    .sort((left, right) => serving(left) - serving(right) || numberOf(left) - numberOf(right))
    .map(numberOf)
    .slice(0, count);
  const taken = new Set(present.map(numberOf));
  for (let number = 1; fit.length < count; number++)
    if (!taken.has(number) && !drained.includes(`${stem}-${number}`)) fit.push(number);
  return fit.sort(ascending);
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function ascending(left: number, right: number): number {
  return left - right;
}
