import type { ResourceKey } from '../core/resource.ts';
import type { FleetSpec } from '../core/route-spec.ts';

/** Where HAProxys of a cluster live: what the driver of HAProxy asks of the platform, which knows the cluster's API. */
export interface BalancerCluster {
  /** Resolves when what is there is known. @throws Fault if that cannot be known now */
  known(signal: AbortSignal): Promise<void>;
  /** The configurations of all balancers of this scope, as last heard of. */
  configs(): readonly StoredConfig[];
  /** Writes the configuration of a balancer. @throws Fault */
  keep(config: Omit<StoredConfig, 'version'>): Promise<StoredConfig>;
  /** Pods of a balancer, as last heard of; those that are going included. */
  pods(balancer: string): readonly BalancerPod[];
  /** @throws Fault conflict `NameTaken` if what leads to the listener cannot be called so: somebody else's thing is */
  admit(balancer: string, listener: Listener, signal: AbortSignal): Promise<void>;
  /**
   * Makes what runs a balancer and what leads to it. Costs nothing where it is so.
   * @param focus id of a listener or of the balancer; trouble with another one is not told @throws Fault
   */
  furnish(furniture: Furniture, focus: string, signal: AbortSignal): Promise<void>;
  /** Where clients in the cluster find a listener, by name: `files.default.svc`. */
  authority(listener: Listener): string;
  /** Address of a balancer within the cluster, or of the registry beside it; undefined until it has one. */
  address(balancer: string, of: 'balancer' | 'registry'): string | undefined;
  /** How what is there differs from that, in words; by id of the listener, and of the balancer itself. */
  drift(furniture: Furniture): ReadonlyMap<string, string>;
  /** Takes everything of a balancer away. @throws Fault */
  clear(balancer: string, owner: ResourceKey, signal: AbortSignal): Promise<void>;
  /** Calls back when anything of this may have changed, until the signal aborts. */
  watch(changed: () => void, signal: AbortSignal): void;
}

/** What a process starts from, and where it is remembered. */
export interface StoredConfig {
  readonly balancer: string;
  readonly owner: ResourceKey;
  /** By name: small texts, compressed files and the token. */
  readonly data: Readonly<Record<string, Buffer>>;
  /** Another one after every writing, whoever wrote. */
  readonly version: string;
}

export interface BalancerPod {
  readonly name: string;
  /** Undefined until it has one. */
  readonly address: string | undefined;
  /** Whether HAProxy's container runs. */
  readonly isRunning: boolean;
  readonly isReady: boolean;
  /** Whether it is being taken away: it serves out what it has. */
  readonly isLeaving: boolean;
  /** What keeps it from running, in words. */
  readonly trouble?: { readonly reason: string; readonly message: string };
}

/** What stands around the configuration of a balancer. */
export interface Furniture {
  readonly balancer: string;
  readonly owner: ResourceKey;
  readonly fleet: FleetSpec;
  readonly statisticsPort: number;
  /** Changes with the program beside HAProxy, and with what admits to it: Pods that began with another are replaced. */
  readonly programHash: string;
  readonly listeners: readonly Listener[];
}

/** A port of the balancer that leads to one resource. */
export interface Listener {
  readonly id: string;
  readonly owner: ResourceKey;
  readonly port: number;
}
