import { hashOf } from '../../operator/core/hash.ts';
import type {
  BackendItem,
  BalancerItem,
  DesiredItem,
  NetworkItem,
  RegistrationItem,
  ServerItem,
  VolumeItem,
  WorkloadItem,
} from '../../operator/core/item.ts';

/** Bound items for drivers to work on. Ports of tests lie between 21000 and 21999. */
export const owner = 'MCPService/default/contract';
export const image = 'mcpnet-test/tiny:1';

function finished<Item extends DesiredItem>(item: Omit<Item, 'hash' | 'owner' | 'needs'>): Item {
  // Only the three fields that every item has are added.
  return { ...item, owner, needs: [], hash: hashOf(item.spec) } as unknown as Item;
}

export function networkItem(name: string): NetworkItem {
  return finished({ type: 'network', id: name, spec: { name, internal: true, adopt: false } });
}

export function volumeItem(name: string): VolumeItem {
  return finished({ type: 'volume', id: name, spec: { name } });
}

/** A container that runs a line of JavaScript; by default for ever. */
export function workloadItem(id: string, network: string, script = 'setInterval(() => {}, 1000)'): WorkloadItem {
  return finished({
    type: 'workload',
    id,
    leasedPort: 21_100,
    probe: { kind: 'running', startupTimeoutMs: 1_000 },
    group: { name: 'replicas', replicas: 1, maxSurge: 1, exclusive: false },
    spec: {
      images: [image],
      command: ['node'],
      args: ['-e', script],
      env: [],
      mounts: [],
      networks: [network],
      hostNetwork: false,
      publish: [],
      user: 'image',
      memoryBytes: 128 * 2 ** 20,
      pids: 64,
      replica: 1,
    },
  });
}

export function balancerItem(id: string, statisticsPort = 21_099): BalancerItem {
  const timeoutsMs = { connect: 500, client: 60_000, server: 60_000, queue: 5_000, stream: 3_600_000 };
  return finished({
    type: 'balancer',
    id,
    spec: { threads: 1, host: '127.0.0.1', bindAddresses: ['127.0.0.1'], statisticsPort, timeoutsMs },
  });
}

export function backendItem(id: string, port: number, balancer = 'contract'): BackendItem {
  const check = { kind: 'tcp', intervalMs: 200, timeoutMs: 200, fall: 2, rise: 1 } as const;
  return finished({
    type: 'backend',
    id,
    spec: {
      balancer,
      port,
      path: '/mcp',
      algorithm: 'leastconn',
      affinity: 'session',
      access: { origins: [], hosts: [] },
      limits: {},
      check,
    },
  });
}

export function serverItem(id: string, backend: string, balancer = 'contract'): ServerItem {
  return finished({
    type: 'server',
    id,
    workload: id,
    spec: {
      balancer,
      backend,
      instance: `${id}-i1`,
      address: '127.0.0.1',
      port: 21_200,
      weight: 100,
      check: { intervalMs: 200, fall: 2, rise: 1 },
      drainTimeoutMs: 60_000,
      countsSessions: false,
    },
  });
}

export function registrationItem(id: string, registry: string): RegistrationItem {
  return finished({
    type: 'registration',
    id,
    workload: id,
    spec: {
      registry,
      service: 'contract',
      address: '127.0.0.1',
      port: 21_200,
      tags: ['mcp'],
      meta: { path: '/mcp' },
      check: {
        address: '127.0.0.1',
        port: 21_201,
        backend: 'contract',
        instance: id,
        intervalMs: 10_000,
        timeoutMs: 1_000,
      },
    },
  });
}

/** The same item with another content, and so another hash. */
export function withSpec<Item extends DesiredItem>(item: Item, change: Partial<Item['spec']>): Item {
  const spec = { ...item.spec, ...change };
  return { ...item, spec, hash: hashOf(spec) };
}
