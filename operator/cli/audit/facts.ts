import type { ResourceKey } from '../../core/resource.ts';
import type { Inventory } from '../../drivers/docker/inventory.ts';

/** What an audit judges: what there is, and what manifests declare. */
export interface AuditFacts {
  readonly scope: string;
  readonly inventory: Inventory;
  /** Ids of the containers that are ours by all their marks. */
  readonly ours: ReadonlySet<string>;
  /** Undefined where manifests are invalid or unreadable: an invalid one is not an absent one. */
  readonly declared: ReadonlySet<ResourceKey> | undefined;
  readonly networks: readonly DeclaredNetwork[];
  /** Networks that the containers of a service should be in. */
  readonly wantedNetworks: ReadonlyMap<ResourceKey, readonly string[]>;
  readonly registrations: readonly RegistrationFacts[];
  /** Every image that manifests, or the parts that they ask for, name. */
  readonly wantedImages: ReadonlySet<string>;
  /** Ids of images that others are built on. */
  readonly bases: ReadonlySet<string>;
  /** The volume of the bridge that is in force. */
  readonly bridgeVolume: string;
  /** Directories of balancers below the state directory. */
  readonly balancerDirectories: readonly { readonly balancer: string; readonly path: string }[];
}

export interface DeclaredNetwork {
  readonly frontend: string;
  readonly internal: string;
  /** Id of its balancer, which is the name of its directory. */
  readonly balancer: string;
  readonly first: number;
  readonly last: number;
  /** Ports of the plan that are not for services. */
  readonly reserved: readonly number[];
}

export interface RegistrationFacts {
  readonly id: string;
  readonly owner: ResourceKey;
  readonly health: string;
  /** Base URL of the Consul that has it. */
  readonly consul: string;
  /** Name of the container that it stands for, if that exists. */
  readonly container?: string;
}

/** Something that should not be, and the command that ends it. */
export interface AuditFinding {
  readonly kind: AuditKind;
  readonly what: string;
  readonly why: string;
  readonly command: string;
}

export type AuditKind =
  | 'orphaned container'
  | 'foreign container'
  | 'wrong network'
  | 'published port'
  | 'stale registration'
  | 'unused network'
  | 'unused volume'
  | 'unused image'
  | 'leftover state';
