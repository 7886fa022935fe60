import type { Origin, ResourceKey } from '../core/resource.ts';
import type { ManifestProblem, Snapshot } from '../ports/source.ts';
import { Declarations } from './declarations.ts';

/** What tells one source from the others. */
export interface SourceFacts {
  readonly id: string;
  /** As shown to people. */
  readonly name: string;
  /** Whether what nobody is known to have brought is its to take away. */
  readonly takesStrays: boolean;
}

type Judged = Pick<Snapshot, 'complete' | 'areSeparate' | 'isEmptied'>;

export const notRead = 'the manifests have not been read yet';

/** What one source says, and what is in force by its word. */
export class Contribution {
  readonly facts: SourceFacts;
  readonly declarations = new Declarations();
  /** In force by its word: the keys, by file. */
  readonly inForce = new Map<string, Set<ResourceKey>>();
  /** In force by its word, and declared by it no longer as far as is known. */
  readonly orphans = new Set<ResourceKey>();
  /** Why nothing that it brought may be removed; undefined if what it does not declare may go. */
  pruneBlock: string | undefined = notRead;

  readonly #originOf: (key: ResourceKey) => Origin | undefined;

  /** @param originOf where a resource stands that is in force */
  constructor(facts: SourceFacts, originOf: (key: ResourceKey) => Origin | undefined) {
    this.facts = facts;
    this.#originOf = originOf;
  }

  /** Whether a resource that it brought is its own no more, so that another source may have it. */
  hasLetGo(key: ResourceKey): boolean {
    return this.pruneBlock === undefined && !this.declarations.isMeant(key);
  }

  /** Judges the newest snapshot: whether what it does not declare may go. */
  judge({ complete, areSeparate, isEmptied }: Judged, owned: boolean, allowEmpty: boolean): void {
    const problems = areSeparate === true ? 0 : this.problems().length;
    const had = this.inForce.size > 0 || owned;
    if (!complete) this.pruneBlock = 'the manifests could not be read completely';
    else if (problems > 0)
      this.pruneBlock = `${problems} problems in the manifests; nothing is removed until they are mended`;
    else if (this.declarations.isSilent && had && !allowEmpty && isEmptied !== true)
      this.pruneBlock = 'the manifests are suddenly empty; run with --allow-empty if that is meant';
    else this.pruneBlock = undefined;
  }

  /** Everything wrong with what it declares. */
  problems(): ManifestProblem[] {
    const { declarations } = this;
    return [
      ...[...declarations.faultyFiles()].flatMap((file) => declarations.unassigned(file)),
      ...declarations.faultyKeys().flatMap((key) => declarations.problemsOf(key, this.#originOf(key))),
    ];
  }

  /** Keys with problems. */
  faulty(): ResourceKey[] {
    const inFiles = [...this.declarations.faultyFiles()].flatMap((file) => [...(this.inForce.get(file) ?? [])]);
    const lost = inFiles.filter((key) => !this.declarations.isDeclared(key));
    return [...this.declarations.faultyKeys(), ...lost];
  }

  /** How many resources are in force by its word. */
  get brought(): number {
    return [...this.inForce.values()].reduce((sum, keys) => sum + keys.size, 0);
  }

  enter(file: string, key: ResourceKey): void {
    this.inForce.set(file, (this.inForce.get(file) ?? new Set()).add(key));
  }

  leave(file: string, key: ResourceKey): void {
    const keys = this.inForce.get(file);
    keys?.delete(key);
    if (keys?.size === 0) this.inForce.delete(file);
  }
}
