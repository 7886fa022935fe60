import type { ItemRef, Observed } from '../../core/item.ts';
import type { BackendSpec } from '../../core/route-spec.ts';
import type { Balancer } from './balancer.ts';
import { withEach } from './fan-out.ts';
import type { BoundServer, Entry, Model, ServerEntry } from './model.ts';
import type { ServerRow } from './server-rows.ts';
import { isServed, stolenPort, type StolenPort } from './stolen-ports.ts';

const secondLookMs = 300;

/** Everything that one HAProxy holds: what its file says, corrected by what the running process does. */
export async function observeBalancer(balancer: Balancer, signal: AbortSignal): Promise<Observed[]> {
  const model = balancer.file.model();
  if (!model) return [];
  const changesMade = balancer.changesMade;
  const running = (await balancer.structures(signal)).filter((each) => each.running !== undefined);
  const listed = await withEach(running, ({ process }) => process.servers(signal));
  // A process with another structure than its file (a crash came between) needs a reload, and so may one
  // whose file somebody edited: the empty hash asks for it.
  const wanted = balancer.wantedHash(model);
  const stale = running.some((each) => each.running !== wanted) || balancer.file.isEdited();
  const stolen = running.length === 0 ? await whatKeepsItDown(balancer, model, signal) : undefined;
  const rows = stale || listed.length === 0 ? undefined : listed.map(byPlace);
  const servers = [...model.servers.values()].map((server) => describeServer(server, rows && rowOf(rows, server)));
  if (rows && servers.every(({ hash }) => hash !== '')) for (const { process } of running) process.confirm?.();
  return [
    describeBalancer(model, stale, stolen),
    ...[...model.backends.values()].map((backend) => describeBackend(backend, stolen, balancer.answers)),
    ...servers,
    ...leavingServers(model, balancer.leaving),
    // A server that came or went during the look is in one of the two views only: the next look tells.
    ...(rows && balancer.changesMade === changesMade ? strays(model, rows, balancer.leaving) : []),
  ];
}

/** What all processes together tell of a server. One that lacks it, or has it otherwise than it should be, tells for all. */
function rowOf(processes: readonly Rows[], server: ServerEntry): ServerRow | 'absent' {
  const rows = processes.map((each) => claim(each, server));
  const [first] = rows;
  if (first === undefined || rows.includes(undefined)) return 'absent';
  if (rows.length === 1) return first;
  const known = rows.filter((row) => row !== undefined);
  const told =
    known.find((row) => serverDrift(server, row) !== undefined) ??
    known.find(({ status }) => status.startsWith('DOWN')) ??
    first;
  return { ...told, connections: known.reduce((sum, { connections }) => sum + connections, 0) };
}

/** One item as the file has it, without a question to the process. */
export function observeItem(balancer: Balancer, { type, id }: ItemRef): Observed | undefined {
  const model = balancer.file.model();
  if (!model) return undefined;
  if (type === 'balancer') return id === model.balancer.id ? describeBalancer(model, false, undefined) : undefined;
  if (type === 'backend') {
    const backend = model.backends.get(id);
    return backend && describeBackend(backend, undefined, balancer.answers);
  }
  const server = model.servers.get(id);
  return server && describeServer(server, undefined);
}

/** Rows that belong to nobody yet, by backend and server: a look at n servers takes n steps. */
type Rows = Map<string, ServerRow>;

function byPlace(rows: readonly ServerRow[]): Rows {
  return new Map(rows.map((row) => [placeOf(row.backend, row.name), row]));
}

function claim(rows: Rows, { spec }: ServerEntry): ServerRow | undefined {
  const place = placeOf(spec.backend, spec.instance);
  const row = rows.get(place);
  rows.delete(place);
  return row;
}

function placeOf(backend: string, name: string): string {
  return `${backend}/${name}`;
}

/** A port that another process has taken while HAProxy did not run. Found twice: HAProxy may just be starting. */
async function whatKeepsItDown(balancer: Balancer, model: Model, signal: AbortSignal): Promise<StolenPort | undefined> {
  // Otherwise the ports are those of a container, where nobody else listens.
  if (!balancer.place.sharesPorts || !(await stolenPort(model)) || (await isServed(model))) return undefined;
  await new Promise((resolve) => setTimeout(resolve, secondLookMs));
  const standings = await balancer.structures(signal);
  return standings.every(({ running }) => running === undefined) ? stolenPort(model) : undefined;
}

function describeBackend(
  { id, owner, hash, spec }: Entry<BackendSpec>,
  stolen: StolenPort | undefined,
  isOpen: boolean,
): Observed {
  const trouble = stolen && troubleOf(stolen, stolen.backend === id ? 'PortTaken' : 'BalancerUnreachable');
  return {
    type: 'backend',
    id,
    owner,
    hash,
    phase: 'ready',
    ...trouble,
    fields: {
      port: String(spec.port),
      balancer: spec.balancer,
      ...(!isOpen && { open: 'false' }),
      ...trouble?.fields,
    },
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

/** What was last said of each server, and of which words of the process. */
const said = new WeakMap<ServerEntry, { readonly of: string; readonly observed: Observed }>();

/** @param row undefined if the process was not asked; what it says seldom changes, and then nothing new is made */
function describeServer(server: ServerEntry, row: ServerRow | 'absent' | undefined): Observed {
  const of =
    typeof row === 'object' ? [row.status, row.weight, row.address, row.connections, row.lastCheck].join() : row;
  const last = said.get(server);
  if (of !== undefined && last?.of === of) return last.observed;
  const observed = describe(server, row);
  if (of !== undefined) said.set(server, { of, observed });
  return observed;
}

function describe(server: ServerEntry, seen: ServerRow | 'absent' | undefined): Observed {
  const { id, owner, hash, workload, spec, drainingSinceMs } = server;
  const row = seen === 'absent' ? undefined : seen;
  const drift = seen === undefined ? undefined : serverDrift(server, row);
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
      ...(row && { health: row.status.startsWith('DOWN') ? 'DOWN' : 'UP' }),
      // Only the end of a drain waits for connections; told always, every request would be news.
      ...(row && drainingSinceMs !== undefined && { connections: String(row.connections) }),
    },
    ...(row?.status.startsWith('DOWN') && row.lastCheck !== '' && { message: row.lastCheck }),
  };
}

/** How the running process differs from the file, in words. */
function serverDrift({ spec, drainingSinceMs }: ServerEntry, row: ServerRow | undefined): string | undefined {
  if (!row) return 'the running process does not have it';
  if (row.status.startsWith('MAINT')) return 'somebody disabled it';
  if (drainingSinceMs === undefined && row.status.startsWith('DRAIN')) return 'somebody set it to drain';
  if (hasMoved(row, spec)) return `somebody changed its address: ${row.address} -> ${spec.address}:${spec.port}`;
  if (drainingSinceMs === undefined && row.weight !== spec.weight)
    return `somebody changed its weight: ${row.weight} -> ${spec.weight}`;
  return undefined;
}

/** Whether a server of the running process is at another place than it should be. */
function hasMoved({ address }: ServerRow, spec: BoundServer): boolean {
  return address !== '' && address !== `${spec.address}:${spec.port}`;
}

/** Still there, though no longer in the file: what they belong to must not go before them. */
function leavingServers(model: Model, leaving: ReadonlySet<ServerEntry>): Observed[] {
  const servers = [...leaving].filter(({ id }) => !model.servers.has(id));
  return servers.map((server) => ({ ...describeServer(server, undefined), phase: 'draining' }));
}

/** Servers that somebody else added at run time, or that a crash left: they belong to nobody and go. */
function strays(model: Model, processes: readonly Rows[], leaving: Iterable<ServerEntry>): Observed[] {
  for (const server of leaving) for (const rows of processes) claim(rows, server);
  const left = new Map(processes.flatMap((rows) => [...rows]));
  return [...left].flatMap(([place, { backend, name }]): Observed[] => {
    const owner = model.backends.get(backend)?.owner;
    if (owner === undefined) return [];
    return [
      {
        type: 'server',
        id: place,
        owner,
        hash: '',
        phase: 'ready',
        workload: place,
        fields: { backend, instance: name, drainTimeoutMs: '0' },
      },
    ];
  });
}
