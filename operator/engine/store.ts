import { hashOf } from '../core/hash.ts';
import { displayKey, placeOf, type Origin, type Resource, type ResourceKey } from '../core/resource.ts';
import type { FileReading, ManifestProblem, Snapshot } from '../ports/source.ts';
import type { Contribution, SourceFacts } from './contribution.ts';
import type { Candidate } from './declarations.ts';
import { onlySource, Owners } from './owners.ts';

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
 * Nothing is pruned on the word of a snapshot that is incomplete, invalid in any part, or suddenly empty. Every resource
 * belongs to the source that brought it first, until that one lets it go; only its word can take it away.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #entries = new Map<ResourceKey, Entry>();
  readonly #byKind = new Map<string, Set<ResourceKey>>();
  readonly #owners: Owners;
  /** Declared by a source that does not own them. */
  readonly #contested = new Set<ResourceKey>();

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#owners = new Owners((key) => this.get(key)?.origin, options.allowEmpty);
  }

  /** Names the sources there are, before the first snapshot. */
  expect(sources: readonly SourceFacts[]): void {
    this.#owners.expect(sources);
  }

  /** Takes over from an earlier operator who brought a resource. */
  recall(key: ResourceKey, source: string): void {
    this.#owners.recall(key, source);
  }

  /** Nothing of it is left: whoever declares it next owns it. */
  forget(key: ResourceKey): void {
    this.#owners.forget(key);
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

  /** Whether the last scan of a source found nothing that is valid: then one file cannot tell that the others are gone. */
  isBare(source?: string): boolean {
    return this.#owners.part(source)?.declarations.size === 0;
  }

  /** Everything wrong with the manifests. */
  get problems(): readonly ManifestProblem[] {
    return this.#owners.parts().flatMap((part) => part.problems());
  }

  /** Everything wrong with what one source declares. */
  problemsOfSource(source: string): readonly ManifestProblem[] {
    return this.#owners.part(source)?.problems() ?? [];
  }

  /**
   * What is wrong with the newest manifest of a resource, be an older version in force or none. A problem without a
   * resource of its own (broken syntax) is put down to what its file last declared.
   */
  problemsOf(key: ResourceKey): readonly ManifestProblem[] {
    const origin = this.get(key)?.origin;
    if (!origin) return this.#owners.parts().flatMap(({ declarations }) => declarations.problemsOf(key, undefined));
    const declarations = this.#owners.part(origin.source)?.declarations;
    const lost = declarations?.isDeclared(key) === false ? declarations.unassigned(origin.file) : [];
    return [...(declarations?.problemsOf(key, origin) ?? []), ...lost];
  }

  /** In words, that a second source declares a resource, which changes nothing; undefined if none does. */
  clashOf(key: ResourceKey): string | undefined {
    const origin = this.get(key)?.origin;
    if (!origin || !this.#contested.has(key)) return undefined;
    const place = (part: Contribution, origin: Origin): string => `${part.facts.name} (${placeOf(origin)})`;
    const owner = this.#owners.part(origin.source);
    const others = this.#rivals(key).map(({ part, candidate }) => place(part, candidate.origin));
    if (!owner || others.length === 0) return undefined;
    return `${displayKey(key)} is declared by ${others.join(' and ')} as well; what ${place(owner, origin)} says stays in force; remove one of them`;
  }

  /** Keys with problems. */
  faulty(): ResourceKey[] {
    return [...new Set(this.#owners.parts().flatMap((part) => part.faulty()))];
  }

  /** Keys that are declared, validly or not. */
  keys(): ResourceKey[] {
    return [...new Set([...this.#entries.keys(), ...this.faulty()])];
  }

  /** Why something that is not declared must be left alone; undefined if everything of that may go. */
  get pruneBlock(): string | undefined {
    return this.#owners.block;
  }

  pruneBlockOf(source: string): string | undefined {
    return this.#owners.part(source)?.pruneBlock;
  }

  /** Why what exists of one resource that is not declared must be left alone; undefined if it may go. */
  whyKept(key: ResourceKey): string | undefined {
    return this.#owners.whyKept(key);
  }

  /** Whether a source has brought one of these resources, or may have. */
  owns(source: string, keys: readonly ResourceKey[]): boolean {
    return keys.some((key) => this.#owners.mayHaveBrought(source, key));
  }

  /** The resources that are in force by the word of a source. */
  broughtBy(source: string): number {
    return this.#owners.part(source)?.brought ?? 0;
  }

  /** @param owned whether anything exists that this source may have brought: then an empty first snapshot is a sudden one too. */
  apply(snapshot: Snapshot, owned: boolean, source?: string): StoreChange {
    const part = this.#owners.open(source);
    return this.#take(part, part.declarations.replaceAll(snapshot), snapshot, owned);
  }

  /** Takes over one file, as `apply` does a snapshot. */
  applyFile(reading: FileReading, owned: boolean, source?: string): StoreChange {
    const part = this.#owners.open(source);
    return this.#take(part, part.declarations.replaceFile(reading), reading, owned);
  }

  #take(part: Contribution, touched: ReadonlySet<ResourceKey>, snapshot: Snapshot, owned: boolean): StoreChange {
    const changed: ResourceKey[] = [];
    for (const key of touched) {
      const owner = this.#owners.of(key);
      if (owner !== undefined && owner !== part && !owner.hasLetGo(key)) {
        // Somebody else's: its status tells of the clash.
        if (part.declarations.isDeclared(key) || this.#contested.has(key)) changed.push(key);
        if (part.declarations.isDeclared(key)) this.#contested.add(key);
        continue;
      }
      const winner = part.declarations.winner(key, owner === part ? this.get(key)?.origin : undefined);
      if (winner && this.#put(key, winner, part)) changed.push(key);
      if (winner || !this.#entries.has(key)) part.orphans.delete(key);
      else if (owner === part) part.orphans.add(key);
    }
    part.judge(snapshot, owned, this.#options.allowEmpty);
    const { inherited, removed } = this.#letGo(part);
    return { changed: [...new Set([...changed, ...inherited, ...this.#settleContested()])], removed };
  }

  /** What a source no longer declares goes to another that does, or goes. */
  #letGo(part: Contribution): { readonly inherited: ResourceKey[]; readonly removed: ResourceKey[] } {
    const [inherited, removed]: [ResourceKey[], ResourceKey[]] = [[], []];
    if (part.pruneBlock !== undefined) return { inherited, removed };
    for (const key of [...part.orphans]) {
      // Invalid is not absent.
      if (part.declarations.isMeant(key)) continue;
      const [heir] = this.#rivals(key);
      if (heir) this.#put(key, heir.candidate, heir.part);
      else this.#remove(key, part);
      part.orphans.delete(key);
      (heir ? inherited : removed).push(key);
    }
    return { inherited, removed };
  }

  /** Forgets clashes that are over, and gives what waited for the word of its owner to who declares it. */
  #settleContested(): ResourceKey[] {
    const settled: ResourceKey[] = [];
    for (const key of this.#contested) {
      const owner = this.#owners.of(key);
      const [heir] = this.#rivals(key);
      if (heir && owner && !owner.hasLetGo(key)) continue;
      if (heir && !this.#entries.has(key)) this.#put(key, heir.candidate, heir.part);
      if (this.#rivals(key).length === 0) this.#contested.delete(key);
      settled.push(key);
    }
    return settled;
  }

  /** Of the sources that do not own a resource, those that declare it, validly. */
  #rivals(key: ResourceKey): { readonly part: Contribution; readonly candidate: Candidate }[] {
    const owner = this.#entries.has(key) ? this.#owners.of(key) : undefined;
    return this.#owners.parts().flatMap((part) => {
      const candidate = part === owner ? undefined : part.declarations.winner(key, undefined);
      return candidate ? [{ part, candidate }] : [];
    });
  }

  #put(key: ResourceKey, { admitted, origin: place }: Candidate, part: Contribution): boolean {
    const { kind, metadata, spec } = admitted;
    const hash = hashOf([spec, metadata.labels, place.directory]);
    const before = this.#entries.get(key);
    const origin = part.facts.id === onlySource.id ? place : { ...place, source: part.facts.id };
    // Where it stands may be another place now; messages name it.
    const counted = (before?.resource.generation ?? 0) + (before?.hash === hash ? 0 : 1);
    const generation = origin.object?.generation ?? counted;
    const isSame = before?.hash === hash && before.resource.generation === generation;
    const resource =
      before?.hash === hash ? { ...before.resource, generation, origin } : { kind, metadata, spec, generation, origin };
    if (before) this.#owners.of(key)?.leave(before.resource.origin.file, key);
    else this.#owners.forget(key);
    part.enter(origin.file, key);
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? new Set()).add(key));
    this.#entries.set(key, { hash, resource });
    return !isSame;
  }

  #remove(key: ResourceKey, part: Contribution): void {
    const resource = this.get(key);
    this.#owners.recall(key, part.facts.id);
    this.#entries.delete(key);
    if (!resource) return;
    part.leave(resource.origin.file, key);
    this.#byKind.get(resource.kind)?.delete(key);
  }
}
