import { hashVersions, type HashVersion } from '../core/hash.ts';
import { itemKey, type ItemKey } from '../core/item.ts';
import type { Desire, DesireContext, Kind, Platform } from '../core/kind.ts';
import type { Problem } from '../core/problem.ts';
import { keyOf, parseKey, resourceKey, type ResourceKey } from '../core/resource.ts';
import type { Secrets } from '../ports/secrets.ts';
import { Dependents } from './dependents.ts';
import { DesireCache } from './desire-cache.ts';
import type { Observation } from './observation.ts';
import { Leases, type Claim } from './leases.ts';
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
  readonly #cache: DesireCache;
  readonly #dependents = new Dependents();
  readonly #leases: Leases;
  /** Changed while nothing could be seen of the leases that there are. */
  readonly #unclaimed = new Set<ResourceKey>();
  /** Keys that would have been pruned if nothing had stood against it. */
  readonly #spared = new Set<ResourceKey>();

  constructor(deps: CompilerDeps) {
    this.#deps = deps;
    this.#kinds = new Map(deps.kinds.map((kind) => [kind.kind, kind]));
    this.#leases = new Leases((key) => this.#seenPort(key));
    this.#context = {
      scope: deps.scope,
      platform: deps.platform,
      resolve: (kind, namespace, name) => deps.ledger.get(keyOf(kind, namespace, name)),
      names: (kind, namespace) => deps.ledger.names(kind, namespace),
      port: (key) => this.#leases.get(key),
      secret: (name, namespace) => deps.secrets.digests(name, namespace),
      workloads: (key) => deps.observation.owned(key).filter(({ type }) => type === 'workload'),
      hashVersions: deps.hashVersions ?? hashVersions,
      rollout: (key) => deps.ledger.rollout(key),
    };
    this.#cache = new DesireCache(this.#context);
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
    if (resource && kind) return this.#cache.desire(key, resource, kind);
    if (store.problemsOf(key).length > 0)
      return { blocked: { reason: 'InvalidManifest', message: 'no version of the manifest was valid yet' } };
    const kept = store.whyKept(key);
    if (kept !== undefined) {
      this.#spared.add(key);
      return { blocked: { reason: 'PruneSuspended', message: kept } };
    }
    return { items: [] };
  }

  /** Whether a resource would be compiled to what it was compiled to last. */
  isCurrent(key: ResourceKey): boolean {
    const { store, ledger, blindness } = this.#deps;
    const resource = ledger.get(key);
    return (
      resource !== undefined &&
      this.#cache.isCurrent(key, resource) &&
      store.problemsOf(key).length === 0 &&
      store.clashOf(key) === undefined &&
      blindness() === undefined
    );
  }

  /** Keeps of what was compiled only what tells whether it is current. */
  release(key: ResourceKey): boolean {
    const { store } = this.#deps;
    return store.problemsOf(key).length === 0 && store.clashOf(key) === undefined && this.#cache.release(key);
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

  /**
   * Takes note of resources that are declared otherwise than before. Returns all that must be looked at: these, what is
   * compiled from them, and whoever has another port now.
   */
  declare(changed: Iterable<ResourceKey>): Set<ResourceKey> {
    const { ledger, store, blindness } = this.#deps;
    const keys = new Set(changed);
    for (const key of keys) {
      const resource = ledger.get(key);
      this.#dependents.set(key, (resource && this.kind(key)?.dependsOn(resource)) ?? []);
      if (!resource) this.#cache.forget(key);
    }
    for (const key of this.#dependents.on(keys)) keys.add(key);
    for (const key of keys) this.#unclaimed.add(key);
    // A lease that nothing was seen to hold would be given to another.
    if (!blindness()) {
      for (const key of this.#leases.claim(new Map([...this.#unclaimed].map((each) => [each, this.#claim(each)]))))
        keys.add(key);
      this.#unclaimed.clear();
    }
    for (const key of this.#spared)
      if (store.whyKept(key) === undefined) {
        keys.add(key);
        this.#spared.delete(key);
      }
    return keys;
  }

  #claim(key: ResourceKey): Claim | undefined {
    const resource = this.#deps.ledger.get(key);
    return resource && this.kind(key)?.portClaim?.(resource, this.#context.resolve);
  }

  /** The listener tells, else the label of a container. */
  #seenPort(key: ResourceKey): number | undefined {
    const owned = this.#deps.observation.owned(key);
    const holder =
      owned.find(({ type, fields }) => type === 'backend' && fields['port'] !== undefined) ??
      owned.find(({ type, fields }) => type === 'workload' && fields['port'] !== undefined);
    return holder ? Number(holder.fields['port']) : undefined;
  }
}
