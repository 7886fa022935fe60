import type { Origin, ResourceKey } from '../core/resource.ts';
import { Contribution, notRead, type SourceFacts } from './contribution.ts';

/** Of a store whose sources nobody has told: all snapshots are of one. */
export const onlySource: SourceFacts = { id: '', name: 'the manifests', takesStrays: true };

/** Which source each resource belongs to, and what follows from that: who may take it away. */
export class Owners {
  readonly #parts = new Map<string, Contribution>();
  /** Of resources that are not in force: who brought them, by the memory of an earlier operator or of ours. */
  readonly #recalled = new Map<ResourceKey, string>();
  readonly #originOf: (key: ResourceKey) => Origin | undefined;
  readonly #allowEmpty: boolean;

  /** @param originOf where a resource stands that is in force */
  constructor(originOf: (key: ResourceKey) => Origin | undefined, allowEmpty: boolean) {
    this.#originOf = originOf;
    this.#allowEmpty = allowEmpty;
  }

  expect(sources: readonly SourceFacts[]): void {
    for (const facts of sources) if (!this.#parts.has(facts.id)) this.#add(facts);
  }

  recall(key: ResourceKey, source: string): void {
    this.#recalled.set(key, source);
  }

  forget(key: ResourceKey): void {
    this.#recalled.delete(key);
  }

  parts(): readonly Contribution[] {
    return [...this.#parts.values()];
  }

  /** The part of a source; of the only one where none is named. */
  part(source?: string): Contribution | undefined {
    return this.#parts.get(source ?? '') ?? (source === undefined ? [...this.#parts.values()][0] : undefined);
  }

  open(source?: string): Contribution {
    const facts = source === undefined ? onlySource : { id: source, name: source, takesStrays: true };
    return this.part(source) ?? this.#add(facts);
  }

  /** Who brought a resource, among the sources there are. */
  of(key: ResourceKey): Contribution | undefined {
    const source = this.#sourceOf(key);
    return source === undefined ? undefined : this.#parts.get(source);
  }

  mayHaveBrought(source: string, key: ResourceKey): boolean {
    const owner = this.#sourceOf(key);
    return owner === undefined ? this.#parts.get(source)?.facts.takesStrays === true : owner === source;
  }

  whyKept(key: ResourceKey): string | undefined {
    const source = this.#sourceOf(key);
    const owner = source === undefined ? undefined : this.#parts.get(source);
    if (owner) return owner.pruneBlock;
    const { block } = this;
    if (block !== undefined || this.#allowEmpty) return block;
    if (source !== undefined && source !== '')
      return `it was brought by ${source}, which is no source any more; declare it anew, or run with --allow-empty to have it removed`;
    if (this.parts().some(({ facts }) => facts.takesStrays)) return undefined;
    return 'nobody knows which source brought it; declare it, or run with --allow-empty to have it removed';
  }

  /** Why something of some source must be left alone. */
  get block(): string | undefined {
    const all = this.parts();
    if (all.length === 0) return notRead;
    const blocked = all.filter(({ pruneBlock }) => pruneBlock !== undefined);
    if (blocked.length === 0) return undefined;
    return blocked
      .map(({ facts, pruneBlock }) => (all.length === 1 ? pruneBlock : `${facts.name}: ${pruneBlock}`))
      .join('; ');
  }

  #sourceOf(key: ResourceKey): string | undefined {
    const origin = this.#originOf(key);
    return origin ? (origin.source ?? onlySource.id) : this.#recalled.get(key);
  }

  #add(facts: SourceFacts): Contribution {
    const part = new Contribution(facts, this.#originOf);
    this.#parts.set(facts.id, part);
    return part;
  }
}
