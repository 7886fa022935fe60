import type { BackendSpec, BalancerSpec, ServerSpec } from '../../core/route-spec.ts';
import type { ResourceKey } from '../../core/resource.ts';

/** A bound spec: every late value has become the string that its type also allows. */
export type BoundServer = Omit<ServerSpec, 'instance' | 'address'> & {
  readonly instance: string;
  readonly address: string;
};
export type BoundBalancer = Omit<BalancerSpec, 'bindAddresses'> & { readonly bindAddresses: readonly string[] };

export interface Entry<Spec> {
  readonly id: string;
  readonly owner: ResourceKey;
  readonly hash: string;
  readonly spec: Spec;
}

export interface ServerEntry extends Entry<BoundServer> {
  readonly workload: string;
  /** Milliseconds since the epoch at which it was told to drain. */
  readonly drainingSinceMs?: number;
}

/** Everything that one HAProxy is configured from; what its file says, and all that is remembered of it. */
export interface Model {
  readonly balancer: Entry<BoundBalancer>;
  readonly backends: ReadonlyMap<string, Entry<BackendSpec>>;
  /** By id of the item, in order of addition. */
  readonly servers: ReadonlyMap<string, ServerEntry>;
}

/** Names in HAProxy: a server is called after its instance, so a later process never answers an earlier one's sessions. */
export function serverName(server: Pick<ServerEntry, 'spec'>): string {
  return server.spec.instance;
}

/** A model in the making. It copies what it changes of the other, once, however many changes there are. */
export class Draft implements Model {
  balancer: Model['balancer'];
  backends: Model['backends'];
  servers: Model['servers'];
  #ownBackends: Map<string, Entry<BackendSpec>> | undefined;
  #ownServers: Map<string, ServerEntry> | undefined;

  constructor({ balancer, backends, servers }: Model) {
    this.balancer = balancer;
    this.backends = backends;
    this.servers = servers;
  }

  putBackend(backend: Entry<BackendSpec>): void {
    this.#copyBackends().set(backend.id, backend);
  }

  /** With its servers. */
  removeBackend(id: string): void {
    if (!this.backends.has(id)) return;
    this.#copyBackends().delete(id);
    for (const server of this.servers.values()) if (server.spec.backend === id) this.removeServer(server.id);
  }

  putServer(server: ServerEntry): void {
    this.#copyServers().set(server.id, server);
  }

  removeServer(id: string): void {
    if (this.servers.has(id)) this.#copyServers().delete(id);
  }

  #copyBackends(): Map<string, Entry<BackendSpec>> {
    this.#ownBackends ??= new Map(this.backends);
    this.backends = this.#ownBackends;
    return this.#ownBackends;
  }

  #copyServers(): Map<string, ServerEntry> {
    this.#ownServers ??= new Map(this.servers);
    this.servers = this.#ownServers;
    return this.#ownServers;
  }
}
