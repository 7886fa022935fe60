import type { ConditionDraft } from './condition.ts';
import type { Fault } from './fault.ts';
import type { HashVersion } from './hash.ts';
import type { Outcome } from './history.ts';
import type { DesiredItem, ItemKey, Observed } from './item.ts';
import type { Lookup } from './bind.ts';
import type { Plan } from './plan.ts';
import type { PortClaim } from './port-lease.ts';
import type { Problem } from './problem.ts';
import type { Resource, ResourceKey } from './resource.ts';

/** What a controller is told about the world it compiles for; everything else comes from resources. */
export interface DesireContext {
  /** Separates the operators that share an engine; part of every name and label. */
  readonly scope: string;
  readonly platform: Platform;
  /** A resource by reference, or undefined if nothing of that name is declared. */
  resolve(kind: string, namespace: string, name: string): Resource | undefined;
  /** Names of what is declared, for suggestions. */
  names(kind: string, namespace: string): readonly string[];
  /** The port leased to a service, or why it has none. */
  port(key: ResourceKey): { readonly port: number } | { readonly problem: Problem };
  /**
   * Digests of a secret's values by key, or undefined if there is no such secret. Values never reach controllers.
   * @param namespace of the resource that names it; only where secrets lie in namespaces does it matter
   */
  secret(name: string, namespace: string): ReadonlyMap<string, string> | undefined;
  /** Workloads that exist for a resource. */
  workloads(key: ResourceKey): readonly Observed[];
  /** Ways of naming workloads by what they are made from, newest first. */
  readonly hashVersions: readonly HashVersion[];
  /** What is remembered of the way in which a resource is being rolled out. */
  rollout(key: ResourceKey): Rollout;
}

export interface Rollout {
  /** The resource as it last served, while another revision of it is being tried. */
  readonly stable?: Resource;
  /** Ids of workloads that somebody drained: others take their places. */
  readonly drained: readonly string[];
}

export interface Platform {
  /** Whether containers can share the operator's own network stack, so that the balancer needs no published ports. */
  readonly hostNetwork: boolean;
  /** `uid:gid` of the operator: what writes into its state directory must run as it. */
  readonly operatorUser: string;
  /** Absolute; the balancer's files lie below it. */
  readonly stateDirectory: string;
  readonly bridgeImage: string;
  /** Set where the engine is on another machine, or in one of its own: containers and files there are out of reach. */
  readonly remote?: RemoteEngine;
  /** Set where Kubernetes places the containers, starts them again, and moves them off lost nodes. */
  readonly cluster?: ClusterFacts;
}

export interface ClusterFacts {
  /** Namespace that takes everything; without it all goes where its resource is. */
  readonly namespace?: string;
}

export interface RemoteEngine {
  /** Host at which ports published by the engine answer. */
  readonly host: string;
  /** Lets requests through the balancer's gateway to containers. */
  readonly token: string;
}

/** Either the items that should exist, or the reason for which nothing may be decided (and so nothing is touched). */
export type Desire =
  | { readonly items: readonly DesiredItem[] }
  /** `passing`: nobody needs to do anything about it. */
  | { readonly blocked: Problem; readonly passing?: boolean };

/** What `assess` judges: one resource, its items and the last pass over them. */
export interface Assessment {
  readonly desire: Desire;
  readonly plan: Plan;
  readonly lookup: Lookup;
  /** Everything that exists for the resource, wanted still or no longer. */
  readonly owned: readonly Observed[];
  readonly faults: ReadonlyMap<ItemKey, Fault>;
  /** Numbers of the revision in force and of the one that last served, for kinds with revisions. */
  readonly revisions?: { readonly current: number; readonly served?: number };
}

export interface Verdict {
  readonly conditions: readonly ConditionDraft[];
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly port?: number;
  readonly url?: string;
  readonly serverInfo?: ServerInfo;
  /** How the revision in force fares, for kinds with revisions. */
  readonly outcome?: Outcome;
}

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly protocolVersion: string;
  readonly capabilities: readonly string[];
  readonly tools?: number;
}

/** A kind of resource: all that the engine must know to reconcile it. */
export interface Kind<Spec> {
  readonly kind: string;
  /** As in `mcpnet get services`. */
  readonly plural: string;
  desire(resource: Resource<Spec>, context: DesireContext): Desire;
  /** Keys of the resources that this one is compiled from; it is reconciled when they change. */
  dependsOn(resource: Resource<Spec>): readonly ResourceKey[];
  /** What the resource asks of the port plan, for kinds that are served at a port. */
  portClaim?(resource: Resource<Spec>, resolve: DesireContext['resolve']): Omit<PortClaim, 'key' | 'held'> | undefined;
  assess(resource: Resource<Spec>, assessment: Assessment): Verdict;
  /** For kinds whose versions are kept, so that one can go back to an earlier one. */
  revisions?: Revisions<Spec>;
}

/** What of a spec makes a revision. The rest are settings that apply at once, whichever revision is in force. */
export interface Revisions<Spec> {
  contentOf(spec: Spec): unknown;
  /** The spec with another revision's content, of the same kind and complete. */
  withContent(spec: Spec, content: unknown): Spec;
}

/** Checks the parts of a kind against each other and forgets the type of its spec, which admission guarantees. */
export function defineKind<Spec>(kind: Kind<Spec>): Kind<unknown> {
  // Admission validates a resource against the schema of its kind before any of these functions sees it.
  return kind;
}
