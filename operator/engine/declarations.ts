import { displayKey, placeOf, type Origin, type ResourceKey } from '../core/resource.ts';
import type { FileReading, ManifestProblem, Snapshot, SourceDocument } from '../ports/source.ts';
import { admit, type Admitted } from './admit.ts';

/** A valid document. */
export interface Candidate {
  readonly admitted: Admitted;
  readonly origin: Origin;
}

interface Judged {
  readonly documents: readonly SourceDocument[];
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly { readonly key: ResourceKey; readonly problem: ManifestProblem }[];
  /** Problems that name no resource: broken syntax, a document without a name. */
  readonly unassigned: readonly ManifestProblem[];
}

/**
 * What the manifests say, file by file, and found by resource: a file that changed costs the work of that file. Documents
 * that are the same objects as before are not validated again.
 */
export class Declarations {
  readonly #files = new Map<string, Judged>();
  readonly #byKey = new Map<ResourceKey, Candidate[]>();
  readonly #rejected = new Map<ResourceKey, ManifestProblem[]>();
  readonly #faultyFiles = new Set<string>();
  readonly #contested = new Set<ResourceKey>();

  /** How many resources are declared validly. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Whether nothing is declared, not even invalidly. */
  get isSilent(): boolean {
    return this.#byKey.size === 0 && this.#rejected.size === 0;
  }

  /** Takes over everything. Returns the resources that some changed file speaks of, or spoke of. */
  replaceAll({ documents, problems }: Snapshot): Set<ResourceKey> {
    const files = new Map<string, { documents: SourceDocument[]; problems: ManifestProblem[] }>();
    const of = (file: string): { documents: SourceDocument[]; problems: ManifestProblem[] } => {
      const found = files.get(file) ?? { documents: [], problems: [] };
      files.set(file, found);
      return found;
    };
    for (const document of documents) of(document.file).documents.push(document);
    for (const problem of problems) of(problem.file).problems.push(problem);
    const touched = new Set<ResourceKey>();
    for (const [file, content] of files) this.#replace(file, content, touched);
    for (const file of this.#files.keys())
      if (!files.has(file)) this.#replace(file, { documents: [], problems: [] }, touched);
    return touched;
  }

  /** Takes over what one file says now. Returns as `replaceAll` does. */
  replaceFile(reading: FileReading): Set<ResourceKey> {
    const touched = new Set<ResourceKey>();
    this.#replace(reading.file, reading, touched);
    return touched;
  }

  /** Of several documents that declare one resource, the one in the file whose version is in force, else the first. */
  winner(key: ResourceKey, inForce: Origin | undefined): Candidate | undefined {
    const candidates = this.#byKey.get(key) ?? [];
    return candidates.find(({ origin }) => origin.file === inForce?.file) ?? candidates[0];
  }

  isDeclared(key: ResourceKey): boolean {
    return this.#byKey.has(key);
  }

  /** Whether a document means to declare a resource, validly or not. */
  isMeant(key: ResourceKey): boolean {
    return this.#byKey.has(key) || this.#rejected.has(key);
  }

  /** Problems of a file that name no resource. */
  unassigned(file: string): readonly ManifestProblem[] {
    return this.#files.get(file)?.unassigned ?? [];
  }

  /** What is wrong with the documents that declare a resource. */
  problemsOf(key: ResourceKey, inForce: Origin | undefined): ManifestProblem[] {
    const winner = this.winner(key, inForce);
    const losers = (this.#byKey.get(key) ?? []).filter((candidate) => candidate !== winner);
    const twice = winner ? losers.map(({ origin }) => declaredTwice(key, origin, winner.origin)) : [];
    return [...(this.#rejected.get(key) ?? []), ...twice];
  }

  /** Files with problems that name no resource. */
  faultyFiles(): ReadonlySet<string> {
    return this.#faultyFiles;
  }

  /** Resources with a document that is invalid, or one too many. */
  faultyKeys(): ResourceKey[] {
    return [...new Set([...this.#rejected.keys(), ...this.#contested])];
  }

  #replace(
    file: string,
    content: Pick<Judged, 'documents'> & { problems: readonly ManifestProblem[] },
    touched: Set<ResourceKey>,
  ): void {
    const before = this.#files.get(file);
    if (
      before &&
      isSame(before.documents, content.documents) &&
      before.unassigned.length + content.problems.length === 0
    )
      return;
    const now = judge(content.documents, content.problems);
    for (const { admitted } of now.candidates) touched.add(admitted.key);
    for (const { key } of now.rejected) touched.add(key);
    for (const { admitted } of before?.candidates ?? []) touched.add(admitted.key);
    for (const { key } of before?.rejected ?? []) touched.add(key);

    for (const { admitted } of before?.candidates ?? []) this.#withdraw(admitted.key, before);
    for (const { key, problem } of before?.rejected ?? []) remove(this.#rejected, key, (each) => each === problem);
    for (const candidate of now.candidates) this.#enter(candidate);
    for (const { key, problem } of now.rejected) this.#rejected.set(key, [...(this.#rejected.get(key) ?? []), problem]);

    if (now.documents.length + now.unassigned.length > 0) this.#files.set(file, now);
    else this.#files.delete(file);
    if (now.unassigned.length > 0) this.#faultyFiles.add(file);
    else this.#faultyFiles.delete(file);
  }

  #enter(candidate: Candidate): void {
    const { key } = candidate.admitted;
    const all = [...(this.#byKey.get(key) ?? []), candidate];
    // Within a file in the order of the documents: the sort is stable.
    this.#byKey.set(
      key,
      all.sort((left, right) =>
        left.origin.file < right.origin.file ? -1 : left.origin.file > right.origin.file ? 1 : 0,
      ),
    );
    if (all.length > 1) this.#contested.add(key);
  }

  #withdraw(key: ResourceKey, from: Judged | undefined): void {
    remove(this.#byKey, key, (candidate) => from?.candidates.includes(candidate) === true);
    if ((this.#byKey.get(key)?.length ?? 0) < 2) this.#contested.delete(key);
  }
}

function judge(documents: readonly SourceDocument[], problems: readonly ManifestProblem[]): Judged {
  const candidates: Candidate[] = [];
  const rejected: { key: ResourceKey; problem: ManifestProblem }[] = [];
  const unassigned = [...problems];
  for (const document of documents) {
    const verdict = admit(document);
    if (verdict.ok) candidates.push({ admitted: verdict.admitted, origin: originOf(document) });
    else if (verdict.key === undefined) unassigned.push(...verdict.problems);
    else for (const problem of verdict.problems) rejected.push({ key: verdict.key, problem });
  }
  return { documents, candidates, rejected, unassigned };
}

function isSame(left: readonly SourceDocument[], right: readonly SourceDocument[]): boolean {
  return left.length === right.length && left.every((document, index) => document === right[index]);
}

function remove<Value>(from: Map<ResourceKey, Value[]>, key: ResourceKey, goes: (value: Value) => boolean): void {
  const kept = (from.get(key) ?? []).filter((value) => !goes(value));
  if (kept.length > 0) from.set(key, kept);
  else from.delete(key);
}

function originOf(document: SourceDocument): Origin {
  const { file, directory, object } = document;
  return { file, line: document.locate([]).line, directory, ...(object && { object }) };
}

function declaredTwice(key: ResourceKey, loser: Origin, winner: Origin): ManifestProblem {
  return {
    file: loser.file,
    line: loser.line,
    column: 1,
    path: 'metadata.name',
    message: `${displayKey(key)} is declared in ${placeOf(winner)} as well`,
    remedy: 'rename or remove one of the two',
  };
}
