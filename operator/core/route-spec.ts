import type { Late } from './item.ts';

/** Settings that all backends of one load balancer share. */
export interface BalancerSpec {
  readonly bindAddresses: readonly (string | Late)[];
  /** Address at which clients on this host reach the listeners. */
  readonly host: string;
  readonly statisticsPort: number;
  readonly threads: number;
  /** Set where a cluster runs it, in several Pods; nothing of it is HAProxy's configuration. */
  readonly fleet?: FleetSpec;
  /** Opens the gateway for those who know the token; only where containers are out of the operator's reach. */
  readonly gatewayToken?: string;
  readonly timeoutsMs: {
    readonly connect: number;
    readonly client: number;
    readonly server: number;
    readonly queue: number;
    readonly stream: number;
  };
}

/** How a cluster runs one balancer, and how it leads to it. */
export interface FleetSpec {
  readonly image: string;
  /** Brings the program that stands beside HAProxy what it runs on. */
  readonly agentImage: string;
  /** At which that program answers the operator. */
  readonly agentPort: number;
  readonly replicas: number;
  readonly memoryBytes: number;
  /** Names of the plan's networks, which policies select by. */
  readonly networks: readonly string[];
  /** Set where the network has a Consul of its own, which has an address beside the balancer's. */
  readonly registry?: { readonly port: number; readonly targetPort: number };
  /** What the cluster does with the address at which clients reach it. */
  readonly service: {
    readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** A listener at a stable port and how its requests are spread; its servers are items of their own. */
export interface BackendSpec {
  readonly balancer: string;
  readonly port: number;
  readonly path: string;
  readonly algorithm: 'roundrobin' | 'leastconn' | 'random';
  /** By `Mcp-Session-Id`, by the message endpoint that HTTP+SSE names, by the client's address, or not at all. */
  readonly affinity: 'session' | 'endpoint' | 'address' | 'none';
  readonly check: CheckSpec;
  readonly access: AccessSpec;
  readonly limits: LimitSpec;
  /** What the server gets as `Host`; absent: what the client sent. */
  readonly hostHeader?: string;
}

/** Whom the listener answers besides clients on this machine: exact web origins and DNS names, or `*`. */
export interface AccessSpec {
  readonly origins: readonly string[];
  readonly hosts: readonly string[];
}

export interface LimitSpec {
  readonly maxConnections?: number;
  readonly queueTimeoutMs?: number;
  /** Of one client address. */
  readonly rate?: { readonly requests: number; readonly periodMs: number };
}

export type CheckSpec = {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly fall: number;
  readonly rise: number;
} & (
  | { readonly kind: 'http'; readonly path: string }
  | { readonly kind: 'mcp'; readonly path: string }
  | { readonly kind: 'sse'; readonly path: string }
  | { readonly kind: 'tcp' }
);

export interface ServerSpec {
  readonly balancer: string;
  readonly backend: string;
  /** Unique per start of a container, so that a session never reaches a later process under an old name. */
  readonly instance: string | Late;
  readonly address: string | Late;
  readonly port: number;
  readonly weight: number;
  readonly check: Pick<CheckSpec, 'intervalMs' | 'fall' | 'rise'>;
  /** Requests that it gets at once; absent for no limit. */
  readonly maxRequests?: number;
  readonly drainTimeoutMs: number;
  /** Whether live sessions can be counted; without it a drain lasts until its deadline. */
  readonly countsSessions: boolean;
}

export interface RegistrationSpec {
  readonly registry: string;
  readonly service: string;
  readonly address: string | Late;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string | Late>>;
  readonly check: {
    /** Where the balancer tells how its servers are, see the driver of HAProxy: one verdict for both. */
    readonly address: string | Late;
    readonly port: number;
    readonly backend: string;
    readonly instance: string | Late;
    readonly intervalMs: number;
    readonly timeoutMs: number;
  };
}
