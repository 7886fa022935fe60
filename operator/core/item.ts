import type { ImageRequirement } from './image-requirement.ts';
import type { ResourceKey } from './resource.ts';
import type { BackendSpec, BalancerSpec, RegistrationSpec, ServerSpec } from './route-spec.ts';

/**
 * The small language between controllers and drivers. A controller says which items should exist; a driver says which
 * do. The order is the order of growth: what stands earlier can be needed by what stands later.
 */
export const itemTypes = [
  'network',
  'volume',
  'balancer',
  'budget',
  'workload',
  'backend',
  'registration',
  'server',
] as const;
export type ItemType = (typeof itemTypes)[number];

/** Identifies an item: the type and an id that is unique within the type. */
export interface ItemRef {
  readonly type: ItemType;
  readonly id: string;
}

export type ItemKey = string;

/** A value that is known only once another item has been observed; `bind` fills it in. */
export interface Late {
  readonly late: ItemRef;
  readonly field: string;
}

export interface Need extends ItemRef {
  /** Whether it must be ours: a foreign network of this name may lead anywhere. */
  readonly ours?: boolean;
}

interface Desired<Type extends ItemType, Spec> extends ItemRef {
  readonly type: Type;
  readonly owner: ResourceKey;
  readonly spec: Spec;
  /** Of the spec as declared, late values unbound. `bind` replaces it by the hash of what was bound. */
  readonly hash: string;
  /** What must be ready before this item can be created. */
  readonly needs: readonly Need[];
  /** The workload that the item belongs to and whose removal it must precede. */
  readonly workload?: string;
}

export type NetworkItem = Desired<'network', NetworkSpec>;
export type VolumeItem = Desired<'volume', VolumeSpec>;
export type BalancerItem = Desired<'balancer', BalancerSpec>;
export type BudgetItem = Desired<'budget', BudgetSpec>;
export type BackendItem = Desired<'backend', BackendSpec>;
export type RegistrationItem = Desired<'registration', RegistrationSpec>;
export type ServerItem = Desired<'server', ServerSpec>;
export interface WorkloadItem extends Desired<'workload', WorkloadSpec> {
  /** How readiness is proven. Not part of the hash: another interval replaces no container. */
  readonly probe: ProbeSpec;
  readonly group: WorkloadGroup;
  /** Version of the hash in its id: an earlier one where it was made by an earlier operator, else the present one. */
  readonly hashVersion?: string;
  /** Runs a revision that is being tried beside the one that serves. */
  readonly isTrial?: boolean;
  /** Not part of the hash either: it lets no container be created from an image that could not do its work. */
  readonly requires?: ImageRequirement;
  /** Host port leased to the owner, kept as a label so that the lease survives the operator. Not part of the hash. */
  readonly leasedPort?: number;
  /** How long its sessions are waited for where the platform itself takes it away. Not part of the hash. */
  readonly drainTimeoutMs?: number;
}

export type DesiredItem =
  NetworkItem | VolumeItem | BalancerItem | BudgetItem | BackendItem | RegistrationItem | ServerItem | WorkloadItem;

export interface NetworkSpec {
  readonly name: string;
  readonly internal: boolean;
  /** Whether a network of this name that is not ours may be used as it is. */
  readonly adopt: boolean;
}

export interface VolumeSpec {
  readonly name: string;
  /** Image whose content at `mountPath` fills the volume; without it the volume starts empty. */
  readonly content?: { readonly image: string; readonly mountPath: string };
}

/** How many replicas of its owner must be left by whoever empties a node of a cluster. */
export interface BudgetSpec {
  readonly available: number;
}

/** Replicas of one thing: how many there should be, and how many more there may be during a change. */
export interface WorkloadGroup {
  readonly name: string;
  readonly replicas: number;
  readonly maxSurge: number;
  /** Holds something that cannot be held twice (a host port): the old one goes before the new one comes. */
  readonly exclusive: boolean;
}

export interface WorkloadSpec {
  /** In order of preference; the first that is on the engine or can be pulled is used. */
  readonly images: readonly string[];
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly EnvVar[];
  readonly mounts: readonly Mount[];
  /** Names of networks; empty together with `hostNetwork`. */
  readonly networks: readonly string[];
  readonly hostNetwork: boolean;
  readonly publish: readonly PortMapping[];
  readonly user: string;
  readonly cpus?: number;
  readonly memoryBytes: number;
  readonly pids: number;
  /** Program injected in front of the command; see docs/bridge.md. */
  readonly bridge?: BridgeSpec;
  readonly replica: number;
}

export type EnvVar =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: string; readonly key: string; readonly digest: string };

export type Mount =
  | { readonly kind: 'volume'; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly kind: 'host'; readonly source: string; readonly target: string; readonly readOnly: boolean }
  /** Files of the operator's machine, copied into the container before each start: for engines that do not share it. */
  | { readonly kind: 'copy'; readonly source: string; readonly target: string; readonly readOnly: boolean };

export interface PortMapping {
  readonly address: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface BridgeSpec {
  /** The volume that carries it, shared by all workloads; empty where each has a copy of its own. */
  readonly volume: string;
  /** Image from which each workload gets a copy of its own. */
  readonly image?: string;
  readonly port: number;
  readonly path: string;
  readonly isolation: 'session' | 'shared';
  readonly maxSessions: number;
  readonly idleTimeoutMs: number;
  /** Requests that a shared process gets at once; absent for no limit. */
  readonly maxRequests?: number;
}

/** A way through the balancer to containers that the operator cannot reach itself. */
export interface Gateway {
  readonly url: string;
  readonly token: string;
}

export type ProbeSpec = { readonly gateway?: Gateway } & ProbeKind;

type ProbeKind =
  | {
      readonly kind: 'mcp';
      readonly port: number;
      readonly path: string;
      readonly bridged: boolean;
      readonly startupTimeoutMs: number;
    }
  | { readonly kind: 'sse'; readonly port: number; readonly path: string; readonly startupTimeoutMs: number }
  | {
      readonly kind: 'http';
      readonly port: number;
      readonly path: string;
      readonly address?: string;
      /** A socket of this machine at which it must answer, too: others may listen at the same port for a while. */
      readonly socket?: string;
      readonly startupTimeoutMs: number;
    }
  | { readonly kind: 'tcp'; readonly port: number; readonly startupTimeoutMs: number }
  | { readonly kind: 'running'; readonly startupTimeoutMs: number };

/** Where an observed item is in its life. `foreign` exists and is not ours; it is never changed. */
export type Phase = 'stopped' | 'starting' | 'ready' | 'failed' | 'draining' | 'foreign';

/** An item as a driver found it. */
export interface Observed extends ItemRef {
  readonly owner: ResourceKey;
  readonly hash: string;
  readonly phase: Phase;
  /** Values that late bindings and status refer to: `address`, `instance`, `health`, `sessions`, `port`, ... */
  readonly fields: Readonly<Record<string, string>>;
  readonly workload?: string;
  /** Why it is in its phase, in words, where that is not obvious. */
  readonly message?: string;
}

export function itemKey(ref: ItemRef): ItemKey {
  return `${ref.type}/${ref.id}`;
}

export function isLate(value: unknown): value is Late {
  return typeof value === 'object' && value !== null && 'late' in value;
}
