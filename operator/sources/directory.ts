import { watch } from 'chokidar';
import type { Snapshot, Source, SourceDocument, ManifestProblem } from '../ports/source.ts';
import { ManifestFile } from './manifest-file.ts';
import { walk } from './walk.ts';

/** Longer than the gaps in a burst of writes, and all of it is felt by whoever writes a single file. */
const debounceMs = 20;
/** A file younger than this may still be being written: what it lacks now is not missing yet. */
const settledMs = 250;
const mostManifests = 50_000;

/**
 * A directory of YAML or JSON manifests, with its subdirectories. Events are hints that lead to a scan of everything;
 * files that did not change since the last scan are not parsed again.
 */
export class DirectorySource implements Source {
  readonly name: string;
  readonly #files = new Map<string, ManifestFile>();
  readonly #now: () => number;
  readonly #mostFiles: number;
  #unsettled = false;

  constructor(directory: string, now: () => number = Date.now, mostFiles: number = mostManifests) {
    this.name = directory;
    this.#now = now;
    this.#mostFiles = mostFiles;
  }

  async scan(): Promise<Snapshot> {
    const found = await walk(this.name, this.#mostFiles);
    const documents: SourceDocument[] = [];
    const problems: ManifestProblem[] = [...found.problems];
    this.#unsettled = false;
    for (const entry of found.files) {
      const known = this.#files.get(entry.path);
      const file = known?.isSame(entry) ? known : await ManifestFile.read(this.name, entry);
      this.#files.set(entry.path, file);
      documents.push(...file.documents);
      problems.push(...file.problems);
      if (this.#now() - entry.modifiedMs < settledMs) this.#unsettled = true;
    }
    const present = new Set(found.files.map(({ path }) => path));
    for (const path of this.#files.keys()) if (!present.has(path)) this.#files.delete(path);
    return { documents, problems, complete: found.complete && !this.#unsettled };
  }

  watch(changed: () => void, signal: AbortSignal): void {
    let timer: NodeJS.Timeout | undefined;
    const hint = (delayMs: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        changed();
        // The scan that this leads to may find files that are still young; look once more when they are not.
        timer = setTimeout(changed, settledMs + debounceMs);
      }, delayMs);
    };
    const watcher = watch(this.name, {
      ignoreInitial: true,
      ignored: (path) => /(^|\/)\.[^/]*$/.test(path.slice(this.name.length)),
      atomic: false,
    });
    watcher.on('all', () => {
      hint(debounceMs);
    });
    // A watcher that fails costs latency only: the rescan finds what it missed.
    watcher.on('error', () => undefined);
    if (this.#unsettled) hint(settledMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      void watcher.close();
    });
  }
}
