import type { Lookup } from '../../operator/core/bind.ts';
import { diff } from '../../operator/core/diff.ts';
import { hashOf } from '../../operator/core/hash.ts';
import {
  itemKey,
  type BackendItem,
  type BalancerItem,
  type DesiredItem,
  type NetworkItem,
  type Observed,
  type RegistrationItem,
  type ServerItem,
  type VolumeItem,
  type WorkloadItem,
} from '../../operator/core/item.ts';
import type { Action, Plan, Wait } from '../../operator/core/plan.ts';

export const owner = 'MCPService/default/files';

/** A desired world in a few words; each item is what a controller would make of it. */
export function network(name: string, adopt = false, needs: NetworkItem['needs'] = []): NetworkItem {
  const spec = { name, internal: false, adopt };
  return { type: 'network', id: name, owner, spec, hash: hashOf(spec), needs };
}

export function volume(name: string): VolumeItem {
  return { type: 'volume', id: name, owner, spec: { name }, hash: hashOf({ name }), needs: [] };
}

export function balancer(id = 'default'): BalancerItem {
  const timeoutsMs = { connect: 1, client: 1, server: 1, queue: 1, stream: 1 };
  const spec = { bindAddresses: [], host: '127.0.0.1', statisticsPort: 11_099, threads: 1, timeoutsMs };
  return { type: 'balancer', id, owner, spec, hash: hashOf(spec), needs: [] };
}

export interface WorkloadOptions {
  readonly replicas?: number;
  readonly maxSurge?: number;
  readonly exclusive?: boolean;
  readonly needs?: WorkloadItem['needs'];
}

export function workload(
  id: string,
  replica = 1,
  { replicas = 1, maxSurge = 1, exclusive = false, needs = [] }: WorkloadOptions = {},
): WorkloadItem {
  return {
    type: 'workload',
    id,
    owner,
    hash: hashOf(id.split('-')[0]),
    needs,
    spec: {
      images: ['tiny:1'],
      env: [],
      mounts: [],
      networks: [],
      hostNetwork: false,
      publish: [],
      user: 'image',
      memoryBytes: 1,
      pids: 16,
      replica,
    },
    probe: { kind: 'running', startupTimeoutMs: 1_000 },
    group: { name: 'replicas', replicas, maxSurge, exclusive },
  };
}

export function backend(id = 'files', port = 11_100): BackendItem {
  const spec: BackendItem['spec'] = {
    balancer: 'default',
    port,
    path: '/mcp',
    algorithm: 'leastconn',
    affinity: 'session',
    access: { origins: [], hosts: [] },
    limits: {},
    check: { kind: 'tcp', intervalMs: 2_000, timeoutMs: 2_000, fall: 3, rise: 1 },
  };
  return { type: 'backend', id, owner, spec, hash: hashOf(spec), needs: [] };
}

/** A server and a registration take their late values from the workload of the same id. */
export function server(id: string): ServerItem {
  const ref = { type: 'workload', id } as const;
  const spec: ServerItem['spec'] = {
    balancer: 'default',
    backend: 'files',
    instance: { late: ref, field: 'instance' },
    address: { late: ref, field: 'address' },
    port: 8080,
    weight: 100,
    check: { intervalMs: 2_000, fall: 3, rise: 1 },
    drainTimeoutMs: 60_000,
    countsSessions: true,
  };
  return {
    type: 'server',
    id,
    owner,
    spec,
    hash: hashOf(spec),
    needs: [{ type: 'backend', id: 'files' }, ref],
    workload: id,
  };
}

export function registration(id: string): RegistrationItem {
  const ref = { type: 'workload', id } as const;
  const spec: RegistrationItem['spec'] = {
    registry: 'MCPNetwork/default/default',
    service: 'files',
    address: { late: ref, field: 'address' },
    port: 8080,
    tags: [],
    meta: {},
    check: {
      address: '127.0.0.1',
      port: 11099,
      backend: 'files',
      instance: { late: ref, field: 'instance' },
      intervalMs: 800,
      timeoutMs: 2_000,
    },
  };
  return { type: 'registration', id, owner, spec, hash: hashOf(spec), needs: [ref], workload: id };
}

/** A replica with everything that hangs on it. */
export function replica(id: string, number = 1, options: WorkloadOptions = {}): DesiredItem[] {
  return [workload(id, number, options), server(id), registration(id)];
}

/** How a desired item looks once it exists; late values are those of a workload called like it. */
export function seen(item: DesiredItem, change: Partial<Observed> = {}): Observed {
  const fields: Record<string, string> =
    item.type === 'workload'
      ? { group: item.group.name, ...placeOf(item.id) }
      : item.type === 'server'
        ? { backend: 'files', drainTimeoutMs: '60000', ...placeOf(item.id) }
        : {};
  const bound = item.type === 'workload' ? item.hash : hashOf(JSON.parse(JSON.stringify(item.spec), fillLate));
  return {
    type: item.type,
    id: item.id,
    owner: item.owner,
    hash: bound,
    phase: 'ready',
    ...(item.workload !== undefined && { workload: item.workload }),
    ...change,
    fields: { ...fields, ...change.fields },
  };
}

function placeOf(id: string): { address: string; instance: string } {
  return { address: `10.0.0.${id.length}`, instance: `${id}-i1` };
}

function fillLate(_key: string, value: unknown): unknown {
  const late = value as { late?: { id: string }; field?: 'address' | 'instance' } | null;
  return late?.late && late.field ? placeOf(late.late.id)[late.field] : value;
}

/** Diffs a desired world with an observed one. */
export function planOf(
  desired: readonly DesiredItem[],
  observed: readonly Observed[],
  more: Partial<Parameters<typeof diff>[0]> = {},
): Plan {
  const lookup: Lookup = (ref) => observed.find((item) => itemKey(item) === itemKey(ref));
  return diff({
    key: owner,
    desired,
    owned: observed.filter((item) => item.owner === owner),
    lookup,
    busy: new Map(),
    nowMs: 0,
    ...more,
  });
}

/** What the plan does about things that are too many. */
export function removals(
  desired: readonly DesiredItem[],
  observed: readonly Observed[],
  more: Partial<Parameters<typeof diff>[0]> = {},
): string[] {
  const wanted = new Set(desired.map(itemKey));
  return lines(planOf(desired, observed, more)).filter((line) => !wanted.has(line.split(/[ :]/)[1] ?? ''));
}

/** A replica that serves: its container, its server and its registration. */
export function serving(id: string, change: Partial<Observed> = {}): Observed[] {
  return [seen(workload(id)), seen(server(id), change), seen(registration(id))];
}

/** The same workload in another group, as Consul stands beside HAProxy. */
export function elsewhere(item: WorkloadItem): WorkloadItem {
  return { ...item, group: { ...item.group, name: 'elsewhere' } };
}

/** `create workload/a: does not exist`: a plan as lines, for comparison. */
export function lines({ actions, waits }: Plan): string[] {
  return [...actions.map((step) => line(step)), ...waits.map((step) => line(step))];
}

function line(step: Action | Wait): string {
  return `${'verb' in step ? step.verb : 'wait'} ${itemKey(step.item)}: ${step.cause}`;
}
