import { Fault } from '../../operator/core/fault.ts';
import type { BackendItem, BalancerItem, Observed, ServerItem } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import type { Hint } from '../../operator/ports/driver.ts';
import { FakeDriver, type FakeDriverDeps } from './driver.ts';

interface Server {
  readonly item: ServerItem;
  readonly drainingSinceMs?: number;
}

/** What one HAProxy is configured from, and which servers its process has. */
interface Balancer {
  item: BalancerItem;
  readonly backends: Map<string, BackendItem>;
  readonly servers: Map<string, Server>;
  /** Names of servers that the running process has. */
  readonly loaded: Set<string>;
}

const pollMs = 5_000;

/** HAProxys in memory. Their configuration outlives their processes, and a process that starts reads it. */
export class FakeBalancer extends FakeDriver {
  readonly types = ['balancer', 'backend', 'server'] as const;
  readonly balancers = new Map<string, Balancer>();
  readonly takenPorts = new Set<number>();
  /** Whether the process of a balancer runs. */
  isUp: (id: string) => boolean = () => true;
  /** Whether the server of this name at this address passes its check. */
  isHealthy: (instance: string, address: string) => boolean = () => true;

  constructor(deps: FakeDriverDeps) {
    super('haproxy', deps);
  }

  look(): Observed[] {
    return [...this.balancers.values()].flatMap(({ item, backends, servers, loaded }) => [
      {
        type: 'balancer',
        id: item.id,
        owner: item.owner,
        hash: item.hash,
        phase: 'ready',
        fields: { host: '127.0.0.1' },
      },
      ...[...backends.values()].map(({ id, owner, hash, spec }): Observed => ({
        type: 'backend',
        id,
        owner,
        hash,
        phase: 'ready',
        fields: { port: String(spec.port), balancer: spec.balancer },
      })),
      ...[...servers.values()].map((server) => this.#observe(server, loaded)),
    ]);
  }

  /** Where several balancers hold an item, the one that was acted on is meant. */
  protected override after({ verb, item }: Action): Observed | undefined {
    const found = this.look().filter(({ type, id }) => type === item.type && id === item.id);
    const wanted = verb !== 'drain' && verb !== 'remove' && item.type === 'backend' ? item.spec.balancer : undefined;
    return found.find(({ fields }) => wanted === undefined || fields['balancer'] === wanted);
  }

  /** HAProxy announces nothing. */
  override watch(hint: Hint, signal: AbortSignal): void {
    super.watch(hint, signal);
    const poll = (): void => {
      if (signal.aborted) return;
      hint('all');
      this.deps.clock.after(pollMs, poll);
    };
    this.deps.clock.after(pollMs, poll);
  }

  act(action: Action): void {
    if (action.verb === 'drain') this.#drain(action.item);
    else if (action.verb === 'remove') this.#remove(action.item);
    else if (action.item.type === 'balancer') this.#putBalancer(action.item);
    else if (action.item.type === 'backend') this.#putBackend(action.item);
    else if (action.item.type === 'server') this.#putServer(action.item);
    else throw new Fault('bug', 'InternalError', `HAProxy has no items of type ${action.item.type}`);
  }

  /** Servers that get requests now, by backend: the instance that answers. */
  routes(backend: string): Server[] {
    return [...this.balancers.values()]
      .filter(({ item }) => this.isUp(item.id))
      .flatMap(({ servers, loaded }) =>
        [...servers.values()].filter(
          ({ item, drainingSinceMs }) =>
            item.spec.backend === backend && drainingSinceMs === undefined && loaded.has(item.id) && this.#passes(item),
        ),
      );
  }

  /** The process starts, and reads its configuration. */
  load(id: string): void {
    const balancer = this.balancers.get(id);
    for (const server of balancer?.servers.keys() ?? []) balancer?.loaded.add(server);
  }

  /** Somebody takes a server out of the running process. */
  unload(id: string): void {
    for (const { loaded } of this.balancers.values()) loaded.delete(id);
  }

  /** The processes go on without the servers that they were given at run time. */
  loseRuntimeState(): void {
    for (const { loaded } of this.balancers.values()) loaded.clear();
  }

  /** All is lost: the state directory with it. */
  lose(): void {
    this.balancers.clear();
  }

  #observe({ item, drainingSinceMs }: Server, loaded: ReadonlySet<string>): Observed {
    const { spec } = item;
    return {
      type: 'server',
      id: item.id,
      owner: item.owner,
      workload: item.workload ?? item.id,
      hash: loaded.has(item.id) ? item.hash : '',
      phase: drainingSinceMs === undefined ? 'ready' : 'draining',
      fields: {
        // Bound: instance and address are strings by now.
        backend: spec.backend,
        instance: spec.instance as string,
        address: spec.address as string,
        port: String(spec.port),
        drainTimeoutMs: String(spec.drainTimeoutMs),
        countsSessions: String(spec.countsSessions),
        health: this.#passes(item) ? 'UP' : 'DOWN',
        connections: '0',
        ...(drainingSinceMs !== undefined && { drainingSinceMs: String(drainingSinceMs) }),
      },
    };
  }

  #passes({ spec }: ServerItem): boolean {
    return this.isHealthy(spec.instance as string, spec.address as string);
  }

  #putBalancer(item: BalancerItem): void {
    const known = this.balancers.get(item.id);
    if (known) known.item = item;
    else this.balancers.set(item.id, { item, backends: new Map(), servers: new Map(), loaded: new Set() });
  }

  #putBackend(item: BackendItem): void {
    if (this.takenPorts.has(item.spec.port))
      throw new Fault('conflict', 'PortTaken', `port ${item.spec.port} is held by another process`);
    const { backends } = this.#configured(item.spec.balancer);
    this.#remove(
      { type: 'backend', id: item.id, owner: item.owner, hash: '', phase: 'ready', fields: {} },
      item.spec.balancer,
    );
    backends.set(item.id, item);
  }

  #putServer(item: ServerItem): void {
    const { servers, loaded } = this.#configured(item.spec.balancer);
    servers.set(item.id, { item });
    loaded.add(item.id);
  }

  #drain({ id }: Observed): void {
    for (const { servers } of this.balancers.values()) {
      const server = servers.get(id);
      if (server) servers.set(id, { ...server, drainingSinceMs: this.deps.clock.now() });
    }
  }

  /** @param keeps a balancer that keeps what it has */
  #remove({ type, id }: Observed, keeps?: string): void {
    if (type === 'balancer') this.balancers.delete(id);
    for (const { item: holder, backends, servers } of this.balancers.values()) {
      if (holder.id === keeps) continue;
      if (type === 'backend' && backends.delete(id))
        for (const [each, { item }] of servers) if (item.spec.backend === id) servers.delete(each);
      if (type === 'server') servers.delete(id);
    }
  }

  #configured(id: string): Balancer {
    const found = this.balancers.get(id);
    if (!found) throw new Fault('missing', 'BalancerNotConfigured', `the load balancer ${id} has no configuration yet`);
    return found;
  }
}
