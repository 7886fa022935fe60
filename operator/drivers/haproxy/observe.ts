import type { Observed } from '../../core/item.ts';
import type { BackendSpec } from '../../core/route-spec.ts';
import type { Balancer } from './balancer.ts';
import type { BoundServer, Entry, Model, ServerEntry } from './model.ts';
import type { ServerRow } from './runtime.ts';
import { isServed, stolenPort, type StolenPort } from './stolen-ports.ts';

const secondLookMs = 300;

/** Everything that one HAProxy holds: what its file says, corrected by what the running process does. */
export async function observeBalancer(balancer: Balancer, signal: AbortSignal): Promise<Observed[]> {
  const model = balancer.file.model();
  if (!model) return [];
  const running = await balancer.runtime.structure(signal);
  const rows = running === undefined ? undefined : await balancer.runtime.servers(signal);
  // A process with another structure than its file (a crash came between) needs a reload, and so may one
  // whose file somebody edited: the empty hash asks for it.
  const stale = (running !== undefined && running !== balancer.wantedHash(model)) || balancer.file.isEdited();
  const stolen = running === undefined ? await whatKeepsItDown(balancer, model, signal) : undefined;
  return [
    describeBalancer(model, stale, stolen),
    ...[...model.backends.values()].map((backend) => describeBackend(backend, stolen)),
    ...[...model.servers.values()].map((server) => describeServer(server, stale ? undefined : rows)),
    ...leavingServers(model, balancer.leaving),
    ...(stale ? [] : strays(model, rows ?? [], balancer.leaving)),
  ];
}

/** One server as the file has it, without a question to the process. */
export async function observeServer(balancer: Balancer, id: string): Promise<Observed | undefined> {
  const server = balancer.file.model()?.servers.get(id);
  return server && describeServer(server, undefined);
}

/** A port that another process has taken while HAProxy did not run. Found twice: HAProxy may just be starting. */
async function whatKeepsItDown(balancer: Balancer, model: Model, signal: AbortSignal): Promise<StolenPort | undefined> {
  // Otherwise the ports are those of a container, where nobody else listens.
  if (!balancer.runtime.isDynamic || !(await stolenPort(model)) || (await isServed(model))) return undefined;
  await new Promise((resolve) => setTimeout(resolve, secondLookMs));
  return (await balancer.runtime.structure(signal)) === undefined ? stolenPort(model) : undefined;
}

function describeBackend({ id, owner, hash, spec }: Entry<BackendSpec>, stolen: StolenPort | undefined): Observed {
  const trouble = stolen && troubleOf(stolen, stolen.backend === id ? 'PortTaken' : 'BalancerUnreachable');
  return {
    type: 'backend',
    id,
    owner,
    hash,
    phase: 'ready',
    ...trouble,
    fields: { port: String(spec.port), balancer: spec.balancer, ...trouble?.fields },
  };
}

function troubleOf(
  { address, port, backend }: StolenPort,
  reason: string,
): Pick<Observed, 'phase' | 'message'> & { fields: Observed['fields'] } {
  const whose = backend === undefined ? 'of the statistics' : `of ${backend}`;
  const message = `HAProxy cannot start: port ${port} ${whose} on ${address} is held by another process; stop that (\`ss -ltnp sport = :${port}\` tells which)`;
  return { phase: 'failed', message, fields: { reason } };
}

function describeBalancer({ balancer }: Model, stale: boolean, stolen: StolenPort | undefined): Observed {
  const { id, owner, hash, spec } = balancer;
  const trouble = stolen && troubleOf(stolen, 'PortTaken');
  return {
    type: 'balancer',
    id,
    owner,
    hash: stale ? '' : hash,
    phase: 'ready',
    ...trouble,
    fields: { host: spec.host, ...trouble?.fields },
  };
}

function describeServer(server: ServerEntry, rows: readonly ServerRow[] | undefined): Observed {
  const { id, owner, hash, workload, spec, drainingSinceMs } = server;
  const row = rows?.find(({ backend, name }) => backend === spec.backend && name === spec.instance);
  const drift = rows === undefined ? undefined : serverDrift(server, row);
  return {
    type: 'server',
    id,
    owner,
    workload,
    hash: drift === undefined ? hash : '',
    phase: drainingSinceMs === undefined ? 'ready' : 'draining',
    fields: {
      backend: spec.backend,
      instance: spec.instance,
      address: spec.address,
      port: String(spec.port),
      drainTimeoutMs: String(spec.drainTimeoutMs),
      countsSessions: String(spec.countsSessions),
      ...(drift !== undefined && { drift }),
      ...(drainingSinceMs !== undefined && { drainingSinceMs: String(drainingSinceMs) }),
      ...(row && { health: row.status.startsWith('DOWN') ? 'DOWN' : 'UP', connections: String(row.connections) }),
    },
    ...(row?.status.startsWith('DOWN') && row.lastCheck !== '' && { message: row.lastCheck }),
  };
}

/** How the running process differs from the file, in words. */
function serverDrift({ spec, drainingSinceMs }: ServerEntry, row: ServerRow | undefined): string | undefined {
  if (!row) return 'the running process does not have it';
  if (row.status.startsWith('MAINT')) return 'somebody disabled it';
  if (hasMoved(row, spec)) return `somebody changed its address: ${row.address} -> ${spec.address}:${spec.port}`;
  if (drainingSinceMs === undefined && row.weight !== spec.weight)
    return `somebody changed its weight: ${row.weight} -> ${spec.weight}`;
  return undefined;
}

/** Whether a server of the running process is at another place than it should be. */
export function hasMoved({ address }: ServerRow, spec: BoundServer): boolean {
  return address !== '' && address !== `${spec.address}:${spec.port}`;
}

/** Still there, though no longer in the file: what they belong to must not go before them. */
function leavingServers(model: Model, leaving: ReadonlySet<ServerEntry>): Observed[] {
  const servers = [...leaving].filter(({ id }) => !model.servers.has(id));
  return servers.map((server) => ({ ...describeServer(server, undefined), phase: 'draining' }));
}

/** Servers that somebody else added at run time, or that a crash left: they belong to nobody and go. */
function strays(model: Model, rows: readonly ServerRow[], leaving: Iterable<ServerEntry>): Observed[] {
  const known = new Set([...model.servers.values(), ...leaving].map(({ spec }) => `${spec.backend}/${spec.instance}`));
  return rows.flatMap(({ backend, name }): Observed[] => {
    const owner = model.backends.get(backend)?.owner;
    if (owner === undefined || known.has(`${backend}/${name}`)) return [];
    return [
      {
        type: 'server',
        id: `${backend}/${name}`,
        owner,
        hash: '',
        phase: 'ready',
        workload: `${backend}/${name}`,
        fields: { backend, instance: name, drainTimeoutMs: '0' },
      },
    ];
  });
}
