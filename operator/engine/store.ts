import { hashOf } from '../core/hash.ts';
import type { Resource, ResourceKey } from '../core/resource.ts';
import type { ManifestProblem, Snapshot } from '../ports/source.ts';
import { admitAll } from './admit-all.ts';
import type { Admitted } from './admit.ts';

export interface StoreOptions {
  /** Whether a source that brought resources may come to bring none. */
  readonly allowEmpty: boolean;
}

/** What a snapshot meant for the store. */
export interface StoreChange {
  readonly changed: readonly ResourceKey[];
  readonly removed: readonly ResourceKey[];
}

interface Entry {
  readonly resource: Resource;
  readonly hash: string;
}

/**
 * The last good version of every resource. An invalid manifest is not an absent one: what it declared before stays.
 * Nothing is pruned on the word of a snapshot that is incomplete, invalid in any part, or suddenly empty.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #entries = new Map<ResourceKey, Entry>();
  #problems: readonly ManifestProblem[] = [];
  #problemsByKey: ReadonlyMap<ResourceKey, readonly ManifestProblem[]> = new Map();
  #pruneBlock: string | undefined = 'the manifests have not been read yet';

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  get(key: ResourceKey): Resource | undefined {
    return this.#entries.get(key)?.resource;
  }

  all(): Resource[] {
    return [...this.#entries.values()].map(({ resource }) => resource);
  }

  /** Everything wrong with the last snapshot. */
  get problems(): readonly ManifestProblem[] {
    return this.#problems;
  }

  /** What is wrong with the newest manifest of a resource, be an older version in force or none. */
  problemsOf(key: ResourceKey): readonly ManifestProblem[] {
    return this.#problemsByKey.get(key) ?? [];
  }

  /** Keys that are declared, validly or not. */
  keys(): ResourceKey[] {
    return [...new Set([...this.#entries.keys(), ...this.#problemsByKey.keys()])];
  }

  /** Why what is not declared must be left alone; undefined if it may go. */
  get pruneBlock(): string | undefined {
    return this.#pruneBlock;
  }

  /** @param owned whether anything of ours exists in the world: then an empty first snapshot is a sudden one too. */
  apply(snapshot: Snapshot, owned: boolean): StoreChange {
    const inForce = new Map([...this.#entries].map(([key, { resource }]) => [key, resource.origin]));
    const { accepted, problems, problemsByKey } = admitAll(snapshot, inForce);
    this.#problems = problems;
    this.#problemsByKey = problemsByKey;
    this.#pruneBlock = this.#whyNotPrune(snapshot, accepted.size, owned);

    const changed = [...accepted].flatMap(([key, { admitted, origin }]) =>
      this.#put(key, admitted, origin) ? [key] : [],
    );
    const removed = this.#pruneBlock === undefined ? [...this.#entries.keys()].filter((key) => !accepted.has(key)) : [];
    for (const key of removed) this.#entries.delete(key);
    return { changed, removed };
  }

  #put(key: ResourceKey, admitted: Admitted, origin: Resource['origin']): boolean {
    const hash = hashOf([admitted.spec, admitted.metadata.labels, origin.directory]);
    const before = this.#entries.get(key);
    if (before?.hash === hash) {
      // Where it stands may be another place now; messages name it.
      this.#entries.set(key, { hash, resource: { ...before.resource, origin } });
      return false;
    }
    const { kind, metadata, spec } = admitted;
    const generation = (before?.resource.generation ?? 0) + 1;
    this.#entries.set(key, { hash, resource: { kind, metadata, spec, generation, origin } });
    return true;
  }

  #whyNotPrune(snapshot: Snapshot, accepted: number, owned: boolean): string | undefined {
    if (!snapshot.complete) return 'the manifests could not be read completely';
    if (this.#problems.length > 0)
      return `${this.#problems.length} problems in the manifests; nothing is removed until they are mended`;
    const had = this.#entries.size > 0 || owned;
    if (accepted === 0 && had && !this.#options.allowEmpty)
      return 'the manifests are suddenly empty; run with --allow-empty if that is meant';
    return undefined;
  }
}
