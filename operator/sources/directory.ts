import { watch } from 'chokidar';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { FileReading, ManifestProblem, Snapshot, Source, SourceDocument } from '../ports/source.ts';
import { ManifestFile } from './manifest-file.ts';
import { entryOf, manifestName, walk, type FileEntry } from './walk.ts';

/** Longer than the gaps in a burst of writes, and all of it is felt by whoever writes a single file. */
const debounceMs = 20;
/** A file younger than this may still be being written: what it lacks now is not missing yet. */
const settledMs = 250;
const mostManifests = 50_000;
/** A burst that touches more files than this is read by a scan. */
const mostSingly = 50;

/** Wherever the directory lies: a directory that moved, or another in its place, goes on owning what the first brought. */
export const directoryId = 'directory';

/**
 * A directory of YAML or JSON manifests, with its subdirectories. Events are hints: to read one file, where nothing else
 * can have changed, else to scan everything. Files that did not change since they were read are not parsed again.
 */
export class DirectorySource implements Source {
  readonly name: string;
  readonly id = directoryId;
  readonly alias = directoryId;
  readonly #files = new Map<string, ManifestFile>();
  readonly #now: () => number;
  readonly #mostFiles: number;
  /** Files that were young when they were read. */
  readonly #young = new Set<string>();
  /** What the last scan found: without it no file can be read alone. */
  #scanned: { readonly directories: ReadonlySet<string>; readonly complete: boolean } | undefined;

  constructor(directory: string, now: () => number = Date.now, mostFiles: number = mostManifests) {
    this.name = directory;
    this.#now = now;
    this.#mostFiles = mostFiles;
  }

  async scan(): Promise<Snapshot> {
    const found = await walk(this.name, this.#mostFiles);
    this.#scanned = found;
    const documents: SourceDocument[] = [];
    const problems: ManifestProblem[] = [...found.problems];
    this.#young.clear();
    for (const entry of found.files) {
      const known = this.#files.get(entry.path);
      const file = known?.isSame(entry) ? known : await ManifestFile.read(this.name, entry);
      this.#files.set(entry.path, file);
      documents.push(...file.documents);
      problems.push(...file.problems);
      if (this.#isYoung(entry, file)) this.#young.add(entry.path);
    }
    const present = new Set(found.files.map(({ path }) => path));
    for (const path of this.#files.keys()) if (!present.has(path)) this.#files.delete(path);
    return { documents, problems, complete: found.complete && this.#young.size === 0 };
  }

  async read(file: string): Promise<FileReading | undefined> {
    const path = join(this.name, file);
    const scanned = this.#scanned;
    const mayBeNew = this.#files.size < this.#mostFiles && scanned?.directories.has(dirname(path)) === true;
    if (!scanned || !(this.#files.has(path) || mayBeNew)) return undefined;
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const entry = entryOf(path, found);
    const known = this.#files.get(path);
    const current = known?.isSame(entry) ? known : await this.#reread(path, entry);
    const { documents, problems } = current;
    if (this.#isYoung(entry, current)) this.#young.add(path);
    else this.#young.delete(path);
    return { file, documents, problems, complete: scanned.complete && this.#young.size === 0 };
  }

  watch(changed: (file?: string) => void, signal: AbortSignal): void {
    const touched = new Set<string>();
    let isAnything = false;
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      if (isAnything || touched.size > mostSingly) changed();
      else for (const file of touched) changed(file);
      isAnything = false;
      touched.clear();
    };
    const lookAtYoung = (): void => {
      for (const path of this.#young) touched.add(relative(this.name, path));
      look();
    };
    const hint = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        look();
        // What this leads to may find files that are still young; look once more when they are not.
        timer = setTimeout(lookAtYoung, settledMs + debounceMs);
      }, debounceMs);
    };
    const watcher = watch(this.name, {
      ignoreInitial: true,
      ignored: (path) => /(^|\/)\.[^/]*$/.test(path.slice(this.name.length)),
      atomic: false,
    });
    watcher.on('all', (event, path) => {
      const isOneFile = (event === 'add' || event === 'change') && manifestName.test(basename(path));
      if (isOneFile) touched.add(relative(this.name, path));
      else isAnything = true;
      hint();
    });
    // A watcher that fails costs latency only: the rescan finds what it missed.
    watcher.on('error', () => undefined);
    if (this.#young.size > 0) timer = setTimeout(lookAtYoung, settledMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      void watcher.close();
    });
  }

  async #reread(path: string, entry: FileEntry): Promise<ManifestFile> {
    const file = await ManifestFile.read(this.name, entry);
    this.#files.set(path, file);
    return file;
  }

  /** Where the clock says that it was written in the future, what counts is how long it has been seen as it is. */
  #isYoung({ modifiedMs }: FileEntry, { readAtMs }: ManifestFile): boolean {
    const ageMs = this.#now() - modifiedMs;
    return (ageMs < 0 ? performance.now() - readAtMs : ageMs) < settledMs;
  }
}
