import type { Snapshot, Source } from '../../operator/ports/source.ts';
import { Line } from './line.ts';
import { documentOf, type Manifest } from './manifests.ts';
import { count, type Circumstances } from './trouble.ts';

/** Manifests in memory. */
export class FakeSource {
  readonly manifests = new Map<string, unknown>();
  /** What a scan says besides. */
  more: Partial<Snapshot> = {};
  /** Whether this manifest cannot be found for now. */
  isHidden: (name: string) => boolean = () => false;
  /** Whether its operator takes a directory without manifests at its word. */
  mayBeEmpty = false;
  /** Manifests that a complete scan did not find: the operator may take them for removed. */
  readonly missed = new Set<string>();
  /** Whether each manifest is a file of its own, which can be read alone. */
  readonly #isFileEach: boolean;
  readonly #known = new Set<string>();
  #changed: (file?: string) => void = () => undefined;
  #circumstances: Circumstances | undefined;
  #line: Line | undefined;

  constructor({ isFileEach = false }: { readonly isFileEach?: boolean } = {}) {
    this.#isFileEach = isFileEach;
  }

  /** From now on its scans are as slow, and its hints as lossy, as everything else. */
  isSubjectTo(circumstances: Circumstances): void {
    this.#circumstances = circumstances;
    this.#line = new Line('the directory of manifests', circumstances);
  }

  /** As one operator reads them. */
  open(): Source {
    // A file that is read alone stands among the files of the last scan.
    let wasComplete = false;
    const ask = <Result>(look: () => Result): Promise<Result> =>
      this.#line ? this.#line.call(look) : Promise.resolve(look());
    return {
      name: 'memory',
      scan: async () => {
        // What could not be read to the end is an incomplete snapshot.
        const cut: Snapshot = { documents: [], problems: [], complete: false };
        const found = await ask(() => this.#look()).catch(() => cut);
        wasComplete = found.complete;
        return found;
      },
      read: async (file) => {
        if (!this.#isFileEach) return undefined;
        const found = await ask(() => this.#look().documents.filter((document) => document.file === file)).catch(
          () => [],
        );
        return found.length > 0 ? { file, documents: found, problems: [], complete: wasComplete } : undefined;
      },
      watch: (changed) => {
        this.#changed = changed;
      },
    };
  }

  set(...manifests: Manifest[]): void {
    for (const manifest of manifests) this.manifests.set(nameOf(manifest), manifest);
    const [only, another] = manifests;
    this.#hint(only && !another && this.#isFileEach ? fileOf(nameOf(only)) : undefined);
  }

  remove(...manifests: Manifest[]): void {
    for (const manifest of manifests) this.manifests.delete(nameOf(manifest));
    this.#hint();
  }

  #look(): Snapshot {
    const shown = [...this.manifests].filter(([name]) => !this.isHidden(name));
    const documents = shown.map(([name, value]) => documentOf(value, this.#isFileEach ? fileOf(name) : undefined));
    const snapshot: Snapshot = { documents, problems: [], complete: true, ...this.more };
    for (const [name] of shown) this.#known.add(name);
    const isWhole = snapshot.complete && (snapshot.documents.length > 0 || this.mayBeEmpty);
    if (isWhole) for (const name of this.#known) if (!this.manifests.has(name)) this.missed.add(name);
    return snapshot;
  }

  #hint(file?: string): void {
    const { random, trouble, injected } = this.#circumstances ?? {};
    const isLost = trouble !== undefined && trouble.lostHints > 0 && (random?.() ?? 0) < trouble.lostHints;
    if (isLost && injected) count(injected, 'a change of a manifest goes unnoticed');
    if (!isLost) this.#changed(file);
  }
}

function nameOf(manifest: Manifest): string {
  return `${String(manifest['kind'])}/${(manifest['metadata'] as { name: string }).name}`;
}

function fileOf(name: string): string {
  return `${name.replace('/', '.')}.yaml`;
}
