import type { Observed, WorkloadItem, WorkloadSpec } from './item.ts';

/** Fields of an observed workload that only tell of drift. A platform that cannot tell leaves them out. */
export const driftFields = {
  /** The name it goes by, where that is not its id. */
  name: 'name',
  /** Networks that it is attached to, sorted, with commas. */
  networks: 'networks',
  memoryBytes: 'memoryBytes',
  nanoCpus: 'nanoCpus',
  pids: 'pids',
  /** Another difference that the platform can mend in place, in words. */
  repairable: 'repairable',
  /** A difference for which only another workload will do, in words. */
  altered: 'altered',
  /** It works on what is out of reach by now, in words; it may well serve, and gives its place to another. */
  detached: 'detached',
  /** Id of the image that its image's name means now, where that is another than it runs. */
  newImage: 'newImage',
} as const;

/**
 * What somebody changed about a workload since it was made, in words: it can be set right while it runs. Undefined where
 * nothing is different, and where setting it right would not do.
 */
export function driftOf({ id, spec }: Pick<WorkloadItem, 'id' | 'spec'>, observed: Observed): string | undefined {
  const { fields } = observed;
  if (unfitness(spec, observed) !== undefined) return undefined;
  const differences = [
    difference('name', fields[driftFields.name], id),
    difference('networks', fields[driftFields.networks], networksOf(spec)),
    difference('memory', fields[driftFields.memoryBytes], String(spec.memoryBytes)),
    difference('cpus', cpusIn(fields), cpusOf(spec)),
    difference('pids', fields[driftFields.pids], String(spec.pids)),
    fields[driftFields.repairable],
  ].filter((each) => each !== undefined);
  return differences.length === 0 ? undefined : `was changed by somebody: ${differences.join(', ')}`;
}

/** Why a workload that exists cannot stand for what is wanted, in words: another one must take its place. */
export function unfitness(spec: Pick<WorkloadSpec, 'cpus'>, { fields }: Observed): string | undefined {
  const altered = fields[driftFields.altered] ?? fields[driftFields.detached];
  if (altered !== undefined) return altered;
  // A limit that was never set cannot be taken away from a running container, only moved.
  const cpus = spec.cpus === undefined ? cpusIn(fields) : undefined;
  return cpus === undefined || cpus === 'none' ? undefined : `somebody limits it to ${cpus} cpus`;
}

function difference(what: string, is: string | undefined, should: string): string | undefined {
  return is === undefined || is === should ? undefined : `${what} ${is || 'none'} -> ${should}`;
}

function networksOf({ networks, hostNetwork }: WorkloadSpec): string {
  return hostNetwork ? 'host' : [...networks].sort().join(',') || 'none';
}

function cpusOf({ cpus }: WorkloadSpec): string {
  return cpus === undefined ? 'none' : String(Math.round(cpus * 1e9) / 1e9);
}

function cpusIn(fields: Observed['fields']): string | undefined {
  const nano = fields[driftFields.nanoCpus];
  return nano === undefined ? undefined : nano === '0' ? 'none' : String(Number(nano) / 1e9);
}
