import { hashVersions, type HashVersion } from '../core/hash.ts';
import { itemKey, type ItemKey } from '../core/item.ts';
import type { Desire, DesireContext, Kind, Platform } from '../core/kind.ts';
import type { Problem } from '../core/problem.ts';
import { leasePorts, type Lease, type PortClaim } from '../core/port-lease.ts';
import { keyOf, parseKey, resourceKey, type Resource, type ResourceKey } from '../core/resource.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Observation } from './observation.ts';
import type { Ledger } from './ledger.ts';
import type { Store } from './store.ts';

export interface CompilerDeps {
  readonly kinds: readonly Kind<unknown>[];
  readonly store: Store;
  /** Resources as they are in force. */
  readonly ledger: Ledger;
  readonly observation: Observation;
  readonly secrets: Secrets;
  readonly scope: string;
  readonly platform: Platform;
  readonly hashVersions?: readonly HashVersion[];
  /** Why the observation does not yet say what exists. */
  readonly blindness: () => Problem | undefined;
}

/** Turns keys into desired items: gives each kind the context that its pure functions need. */
export class Compiler {
  readonly #deps: CompilerDeps;
  readonly #context: DesireContext;
  readonly #kinds: ReadonlyMap<string, Kind<unknown>>;
  #leases: ReadonlyMap<ResourceKey, Lease> = new Map();

  constructor(deps: CompilerDeps) {
    this.#deps = deps;
    this.#kinds = new Map(deps.kinds.map((kind) => [kind.kind, kind]));
    this.#context = {
      scope: deps.scope,
      platform: deps.platform,
      resolve: (kind, namespace, name) => deps.ledger.get(keyOf(kind, namespace, name)),
      names: (kind, namespace) => deps.ledger.names(kind, namespace),
      port: (key) => this.#leases.get(key) ?? { problem: { reason: 'NoPortLeft', message: 'has no port yet' } },
      secret: (name) => deps.secrets.digests(name),
      workloads: (key) => deps.observation.owned(key).filter(({ type }) => type === 'workload'),
      hashVersions: deps.hashVersions ?? hashVersions,
      rollout: (key) => deps.ledger.rollout(key),
    };
  }

  kind(key: ResourceKey): Kind<unknown> | undefined {
    return this.#kinds.get(parseKey(key).kind);
  }

  /**
   * What should exist for a key. A key that nothing declares should have nothing, but only if the manifests are known
   * to be complete and valid.
   */
  desire(key: ResourceKey): Desire {
    const { store, ledger, blindness } = this.#deps;
    const blind = blindness();
    if (blind) return { blocked: { reason: blind.reason, message: blind.message }, passing: true };
    const resource = ledger.get(key);
    const kind = this.kind(key);
    if (resource && kind) return kind.desire(resource, this.#context);
    if (store.problemsOf(key).length > 0)
      return { blocked: { reason: 'InvalidManifest', message: 'no version of the manifest was valid yet' } };
    if (store.pruneBlock !== undefined) return { blocked: { reason: 'PruneSuspended', message: store.pruneBlock } };
    return { items: [] };
  }

  /** Ids of the workloads that should exist for a key. */
  workloads(key: ResourceKey): string[] {
    const desire = this.desire(key);
    return 'items' in desire ? desire.items.flatMap(({ type, id }) => (type === 'workload' ? [id] : [])) : [];
  }

  /** What all resources but one desire. */
  desiredBeside(key: ResourceKey): ReadonlySet<ItemKey> {
    const others = this.#deps.ledger
      .all()
      .map(resourceKey)
      .filter((each) => each !== key);
    const desires = others.map((each) => this.desire(each));
    return new Set(desires.flatMap((desire) => ('items' in desire ? desire.items.map(itemKey) : [])));
  }

  /** Keys that are compiled from one of the given resources, to be reconciled with them. */
  dependents(keys: ReadonlySet<ResourceKey>): ResourceKey[] {
    return this.#deps.ledger
      .all()
      .filter((resource) => this.#dependencies(resource).some((key) => keys.has(key)))
      .map(resourceKey);
  }

  /** Gives every service its port anew. Returns the keys whose lease is another than before. */
  leasePorts(): ResourceKey[] {
    // A lease that nothing was seen to hold would be given to another.
    if (this.#deps.blindness()) return [];
    const before = this.#leases;
    this.#leases = leasePorts(this.#deps.ledger.all().flatMap((resource) => this.#claim(resource) ?? []));
    return [...this.#leases].flatMap(([key, lease]) =>
      JSON.stringify(before.get(key)) === JSON.stringify(lease) ? [] : [key],
    );
  }

  #dependencies(resource: Resource): readonly ResourceKey[] {
    return this.#kinds.get(resource.kind)?.dependsOn(resource) ?? [];
  }

  #claim(resource: Resource): PortClaim | undefined {
    const claim = this.#kinds.get(resource.kind)?.portClaim?.(resource, this.#context.resolve);
    if (!claim) return undefined;
    const key = resourceKey(resource);
    const held = this.#heldPort(key);
    return { ...claim, key, ...(held !== undefined && { held }) };
  }

  /** This process's own lease, else what the world says: the listener, or the label of a container. */
  #heldPort(key: ResourceKey): number | undefined {
    const lease = this.#leases.get(key);
    if (lease && 'port' in lease) return lease.port;
    const owned = this.#deps.observation.owned(key);
    const holder =
      owned.find(({ type, fields }) => type === 'backend' && fields['port'] !== undefined) ??
      owned.find(({ type, fields }) => type === 'workload' && fields['port'] !== undefined);
    return holder ? Number(holder.fields['port']) : undefined;
  }
}
