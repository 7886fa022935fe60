import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { replaceFile } from '../files/replace-file.ts';
import { keyOf, parseKey, type ResourceKey } from '../core/resource.ts';
import type { Snapshot, Source, SourceDocument } from '../ports/source.ts';
import { directoryId, DirectorySource } from './directory.ts';
import { bareDocument, joinDocuments, splitDocuments } from './document-text.ts';
import { readManifests } from './manifest-file.ts';

export type Edit = 'created' | 'configured' | 'unchanged';

/** For everybody, as a file that an editor makes: manifests hold no secrets. */
const newFileMode = 0o644;

interface EditedFile extends Pick<Snapshot, 'documents' | 'problems'> {
  readonly text: string;
}

/**
 * A directory of manifests with changes that are not written yet. Every document that is not meant stays as it is, to the
 * character; each file is replaced in one step.
 */
export class EditedDirectory {
  readonly directory: string;
  readonly #snapshot: Snapshot;
  /** New texts of files with what they declare; undefined where the file goes. */
  readonly #edited = new Map<string, EditedFile | undefined>();

  private constructor(directory: string, snapshot: Snapshot) {
    this.directory = directory;
    this.#snapshot = snapshot;
  }

  /** @throws Error if it cannot be read */
  static async open(directory: string): Promise<EditedDirectory> {
    const snapshot = await new DirectorySource(directory).scan();
    const unreadable = snapshot.problems.find(({ file }) => file === directory);
    if (unreadable) throw new Error(`${directory} ${unreadable.message}; ${unreadable.remedy}`);
    return new EditedDirectory(directory, snapshot);
  }

  /** Everything that is declared with these changes. */
  snapshot(): Snapshot {
    const isEdited = ({ file }: { readonly file: string }): boolean => this.#edited.has(file);
    const readings = [...this.#edited.values()].filter((each) => each !== undefined);
    return {
      documents: [
        ...this.#snapshot.documents.filter((each) => !isEdited(each)),
        ...readings.flatMap((each) => each.documents),
      ],
      problems: [
        ...this.#snapshot.problems.filter((each) => !isEdited(each)),
        ...readings.flatMap((each) => each.problems),
      ],
      complete: true,
    };
  }

  /** The directory as it would be, for a look at what would follow. */
  source(): Source {
    return { name: this.directory, id: directoryId, scan: () => Promise.resolve(this.snapshot()), watch() {} };
  }

  /** The document that declares a resource, validly or not. @throws Error if there are several */
  find(key: ResourceKey): SourceDocument | undefined {
    const [found, ...others] = this.snapshot().documents.filter((document) => keyIn(document.value) === key);
    if (others.length === 0) return found;
    const places = [found, ...others].map((each) => `${each?.file}:${each?.locate([]).line}`).join(' and ');
    throw new Error(`${key} is declared in ${places}; remove one of the two first`);
  }

  /** Whether nothing would be declared any more. */
  get isBare(): boolean {
    return this.snapshot().documents.length === 0;
  }

  /** Puts a document in the place of the one that declares this resource, or into a file of its own. */
  async put(key: ResourceKey, value: unknown, text: string): Promise<Edit> {
    const found = this.find(key);
    if (!found) {
      const file = this.#newFile(key);
      this.#set(file, joinDocuments([bareDocument(text)]));
      return 'created';
    }
    if (isDeepStrictEqual(found.value, value)) return 'unchanged';
    const isJson = found.file.toLowerCase().endsWith('.json');
    await this.edit(key, () => (isJson ? `${JSON.stringify(value, undefined, 2)}\n` : text));
    return 'configured';
  }

  /** Changes the text of the document that declares a resource. @throws Error if there is none, or its file is broken */
  async edit(key: ResourceKey, change: (text: string) => string): Promise<void> {
    const { file, pieces, index } = await this.#place(key);
    const before = pieces[index] ?? '';
    const after = bareDocument(change(bareDocument(before)));
    const isApart = index > 0 || before.startsWith('---');
    this.#replace(file, pieces.with(index, isApart && !after.startsWith('---') ? `---\n${after}` : after), key);
  }

  /** Takes the document out; a file that declares nothing else goes. */
  async remove(key: ResourceKey): Promise<void> {
    const { file, pieces, index } = await this.#place(key);
    const left = pieces.toSpliced(index, 1);
    if (left.every((piece) => this.#read(file, piece).documents.length === 0)) this.#edited.set(file, undefined);
    else this.#replace(file, [bareDocument(left[0] ?? ''), ...left.slice(1)], key);
  }

  /** Writes the changes, file by file. Returns their names. */
  async write(): Promise<string[]> {
    for (const [file, edited] of this.#edited) {
      const path = join(this.directory, file);
      if (!edited) await rm(path);
      else {
        // A link stays one; what it leads to changes.
        const real = await realpath(path).catch(() => path);
        const mode = await stat(real).then(
          (found) => found.mode & 0o777,
          () => newFileMode,
        );
        await replaceFile(real, edited.text, mode);
      }
    }
    return [...this.#edited.keys()];
  }

  async #place(key: ResourceKey): Promise<{ file: string; pieces: string[]; index: number }> {
    const found = this.find(key);
    if (!found) throw new Error(`${key} is not declared in ${this.directory}`);
    const { file } = found;
    const [broken] = this.snapshot().problems.filter((problem) => problem.file === file);
    if (broken) throw new Error(`${file}:${broken.line} ${broken.message}; mend that first`);
    const text = this.#edited.get(file)?.text ?? (await readFile(join(this.directory, file), 'utf8'));
    const pieces = splitDocuments(text);
    const index = pieces.findIndex((piece) =>
      this.#read(file, piece).documents.some(({ value }) => keyIn(value) === key),
    );
    if (index < 0) throw new Error(`${file} has changed since it was read; try again`);
    return { file, pieces, index };
  }

  /** @throws Error if another document would change with it */
  #replace(file: string, pieces: readonly string[], key: ResourceKey): void {
    const text = joinDocuments(pieces);
    const others = ({ documents }: Pick<Snapshot, 'documents'>): unknown[] =>
      documents.filter((each) => each.file === file && keyIn(each.value) !== key).map(({ value }) => value);
    if (!isDeepStrictEqual(others(this.#read(file, text)), others(this.snapshot())))
      throw new Error(`${file} cannot be changed without a change of its other documents; edit it by hand`);
    this.#set(file, text);
  }

  /** Read once: everything that is declared is asked for again and again. */
  #set(file: string, text: string): void {
    this.#edited.set(file, { text, ...this.#read(file, text) });
  }

  #read(file: string, text: string): ReturnType<typeof readManifests> {
    return readManifests(Buffer.from(text), file, dirname(join(this.directory, file)));
  }

  #newFile(key: ResourceKey): string {
    const { kind, namespace, name } = parseKey(key);
    const stem = [kind.toLowerCase(), ...(namespace === 'default' ? [] : [namespace]), name].join('-');
    const taken = new Set([...this.#snapshot.documents, ...this.#snapshot.problems].map(({ file }) => file));
    const free = Array.from(
      { length: taken.size + 1 },
      (_, index) => `${stem}${index === 0 ? '' : `-${index + 1}`}.yaml`,
    );
    return free.find((file) => !taken.has(file) && !this.#edited.has(file)) ?? `${stem}.yaml`;
  }
}

/** The resource that a document is meant to declare, be it valid or not. */
export function keyIn(value: unknown): ResourceKey | undefined {
  if (!isRecord(value) || !isRecord(value['metadata'])) return undefined;
  const { kind, metadata } = value;
  const { name, namespace = 'default' } = metadata;
  return typeof kind === 'string' && typeof name === 'string' && typeof namespace === 'string'
    ? keyOf(kind, namespace, name)
    : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
