import { dirname, join } from 'node:path';
import type { ManifestProblem, Snapshot, SourceDocument } from '../../ports/source.ts';
import { readManifests } from '../manifest-file.ts';
import { manifestName } from '../walk.ts';
import type { Repository, TreeEntry } from './repository.ts';

/** Modes of entries (git-fast-import, "filemodify"). */
const [link, submodule] = ['120000', '160000'];
const mostFiles = 50_000;
const largestBytes = 1024 * 1024;
const mostBytes = 256 * 1024 * 1024;

type Parsed = Pick<Snapshot, 'documents' | 'problems'>;

/** The manifests of commits. What did not change from one to the next is not parsed again, and stays the same objects. */
export class CommitManifests {
  readonly #repository: Repository;
  readonly #path: string;
  readonly #files: string;
  #parsed = new Map<string, Parsed>();

  /**
   * @param path from the root of the repository; empty for all of it
   * @param files where relative host paths start: nothing is checked out
   */
  constructor(repository: Repository, path: string, files: string) {
    this.#repository = repository;
    this.#path = path;
    this.#files = files;
  }

  async read(commit: string): Promise<Snapshot> {
    const entries = (await this.#repository.list(commit, this.#path)).filter((entry) => this.#isManifest(entry));
    const odd = entries.flatMap((entry) => oddity(entry) ?? []);
    const all = whole(entries);
    if (all) return { documents: [], problems: [all], complete: true };
    const files = entries.filter((entry) => !oddity(entry));
    const fresh = files.filter((entry) => !this.#parsed.has(keyOf(entry)));
    const contents = await this.#repository.read(fresh.map(({ id }) => id));
    const parsed = new Map<string, Parsed>();
    fresh.forEach((entry, index) => {
      const directory = join(this.#files, dirname(entry.path));
      parsed.set(keyOf(entry), readManifests(contents[index] ?? Buffer.alloc(0), entry.path, directory));
    });
    const documents: SourceDocument[] = [];
    const problems: ManifestProblem[] = [...odd];
    for (const entry of files) {
      const file = parsed.get(keyOf(entry)) ?? this.#parsed.get(keyOf(entry));
      if (!file) continue;
      parsed.set(keyOf(entry), file);
      documents.push(...file.documents);
      problems.push(...file.problems);
    }
    this.#parsed = parsed;
    return { documents, problems, complete: true };
  }

  /** By the rules of a directory: names of manifests, and nothing whose name begins with a dot. */
  #isManifest({ mode, path }: TreeEntry): boolean {
    const below = this.#path === '' ? path : path.slice(this.#path.length + 1);
    return mode !== submodule && manifestName.test(path) && !below.split('/').some((part) => part.startsWith('.'));
  }
}

function keyOf({ id, path }: TreeEntry): string {
  return `${id} ${path}`;
}

function oddity({ mode, sizeBytes, path }: TreeEntry): ManifestProblem | undefined {
  if (mode === link)
    return problem(path, 'is a link', 'put the file itself there; links in repositories are not followed');
  return sizeBytes > largestBytes
    ? problem(path, `has ${sizeBytes} bytes, more than ${largestBytes}`, 'split it; manifests are small')
    : undefined;
}

function whole(entries: readonly TreeEntry[]): ManifestProblem | undefined {
  const bytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (entries.length > mostFiles) return problem('.', `holds more than ${mostFiles} manifests`, 'name a path of it');
  return bytes > mostBytes ? problem('.', `holds more than ${mostBytes} bytes`, 'name a path of it') : undefined;
}

function problem(file: string, message: string, remedy: string): ManifestProblem {
  return { file, line: 1, column: 1, path: '', message, remedy };
}
