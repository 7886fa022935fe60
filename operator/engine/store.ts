import { hashOf } from '../core/hash.ts';
import type { Resource, ResourceKey } from '../core/resource.ts';
import type { FileReading, ManifestProblem, Snapshot } from '../ports/source.ts';
import { Declarations, type Candidate } from './declarations.ts';

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
  readonly #byFile = new Map<string, Set<ResourceKey>>();
  readonly #byKind = new Map<string, Set<ResourceKey>>();
  readonly #declarations = new Declarations();
  /** In force and declared no longer, as far as is known. */
  readonly #orphans = new Set<ResourceKey>();
  #pruneBlock: string | undefined = 'the manifests have not been read yet';

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  get(key: ResourceKey): Resource | undefined {
    return this.#entries.get(key)?.resource;
  }

  /** Of everything declared for a resource: its spec, its labels, and where relative paths of it start. */
  hash(key: ResourceKey): string | undefined {
    return this.#entries.get(key)?.hash;
  }

  all(): Resource[] {
    return [...this.#entries.values()].map(({ resource }) => resource);
  }

  ofKind(kind: string): Resource[] {
    return [...(this.#byKind.get(kind) ?? [])].flatMap((key) => this.get(key) ?? []);
  }

  /** Whether the last scan found nothing that is valid: then one file cannot tell that the others are gone. */
  get isBare(): boolean {
    return this.#declarations.size === 0;
  }

  /** Everything wrong with the manifests. */
  get problems(): readonly ManifestProblem[] {
    const declarations = this.#declarations;
    return [
      ...[...declarations.faultyFiles()].flatMap((file) => declarations.unassigned(file)),
      ...declarations.faultyKeys().flatMap((key) => declarations.problemsOf(key, this.get(key)?.origin)),
    ];
  }

  /**
   * What is wrong with the newest manifest of a resource, be an older version in force or none. A problem without a
   * resource of its own (broken syntax) is put down to what its file last declared.
   */
  problemsOf(key: ResourceKey): readonly ManifestProblem[] {
    const origin = this.get(key)?.origin;
    const own = this.#declarations.problemsOf(key, origin);
    const lost = origin && !this.#declarations.isDeclared(key) ? this.#declarations.unassigned(origin.file) : [];
    return [...own, ...lost];
  }

  /** Keys with problems. */
  faulty(): ResourceKey[] {
    const inFiles = [...this.#declarations.faultyFiles()].flatMap((file) => [...(this.#byFile.get(file) ?? [])]);
    const lost = inFiles.filter((key) => !this.#declarations.isDeclared(key));
    return [...new Set([...this.#declarations.faultyKeys(), ...lost])];
  }

  /** Keys that are declared, validly or not. */
  keys(): ResourceKey[] {
    return [...new Set([...this.#entries.keys(), ...this.faulty()])];
  }

  /** Why what is not declared must be left alone; undefined if it may go. */
  get pruneBlock(): string | undefined {
    return this.#pruneBlock;
  }

  /** @param owned whether anything of ours exists in the world: then an empty first snapshot is a sudden one too. */
  apply(snapshot: Snapshot, owned: boolean): StoreChange {
    return this.#take(this.#declarations.replaceAll(snapshot), snapshot.complete, owned);
  }

  /** Takes over one file, as `apply` does a snapshot. */
  applyFile(reading: FileReading, owned: boolean): StoreChange {
    return this.#take(this.#declarations.replaceFile(reading), reading.complete, owned);
  }

  #take(touched: ReadonlySet<ResourceKey>, complete: boolean, owned: boolean): StoreChange {
    const changed: ResourceKey[] = [];
    for (const key of touched) {
      const winner = this.#declarations.winner(key, this.get(key)?.origin);
      if (winner && this.#put(key, winner)) changed.push(key);
      if (winner || !this.#entries.has(key)) this.#orphans.delete(key);
      else this.#orphans.add(key);
    }
    this.#pruneBlock = this.#whyNotPrune(complete, owned);
    const removed = this.#pruneBlock === undefined ? [...this.#orphans] : [];
    for (const key of removed) this.#remove(key);
    return { changed, removed };
  }

  #put(key: ResourceKey, { admitted, origin }: Candidate): boolean {
    const { kind, metadata, spec } = admitted;
    const hash = hashOf([spec, metadata.labels, origin.directory]);
    const before = this.#entries.get(key);
    // Where it stands may be another place now; messages name it.
    const resource =
      before?.hash === hash
        ? { ...before.resource, origin }
        : { kind, metadata, spec, generation: (before?.resource.generation ?? 0) + 1, origin };
    if (before) leave(this.#byFile, before.resource.origin.file, key);
    enter(this.#byFile, origin.file, key);
    enter(this.#byKind, kind, key);
    this.#entries.set(key, { hash, resource });
    return before?.hash !== hash;
  }

  #remove(key: ResourceKey): void {
    const resource = this.get(key);
    if (resource) {
      leave(this.#byFile, resource.origin.file, key);
      leave(this.#byKind, resource.kind, key);
    }
    this.#entries.delete(key);
    this.#orphans.delete(key);
  }

  #whyNotPrune(complete: boolean, owned: boolean): string | undefined {
    if (!complete) return 'the manifests could not be read completely';
    const problems = this.problems.length;
    if (problems > 0) return `${problems} problems in the manifests; nothing is removed until they are mended`;
    const had = this.#entries.size > 0 || owned;
    if (this.#declarations.size === 0 && had && !this.#options.allowEmpty)
      return 'the manifests are suddenly empty; run with --allow-empty if that is meant';
    return undefined;
  }
}

function enter(index: Map<string, Set<ResourceKey>>, at: string, key: ResourceKey): void {
  index.set(at, (index.get(at) ?? new Set()).add(key));
}

function leave(index: Map<string, Set<ResourceKey>>, at: string, key: ResourceKey): void {
  const keys = index.get(at);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(at);
}
