import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ManifestProblem } from '../ports/source.ts';

/** A manifest file as found, with what tells whether it changed. */
export interface FileEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly inode: number;
}

export interface Walk {
  /** Sorted by path. */
  readonly files: readonly FileEntry[];
  readonly problems: readonly ManifestProblem[];
  /** Every directory that was listed, by the path on which it was reached. */
  readonly directories: ReadonlySet<string>;
  /** Whether every directory could be listed. */
  readonly complete: boolean;
}

export const manifestName = /\.(ya?ml|json)$/i;

/** Finds manifests below a directory. Follows links, each real directory once, and skips names that begin with a dot. */
export async function walk(root: string, mostFiles: number): Promise<Walk> {
  const files: FileEntry[] = [];
  const problems: ManifestProblem[] = [];
  const visited = new Set<string>();
  const directories = new Set<string>();
  let complete = true;
  await visit(root);
  if (files.length > mostFiles) {
    const message = `holds more than ${mostFiles} manifests`;
    problems.push({
      file: root,
      line: 1,
      column: 1,
      path: '',
      message,
      remedy: 'split them between several operators',
    });
    complete = false;
    files.pop();
  }
  files.sort((left, right) => (left.path < right.path ? -1 : 1));
  return { files, problems, directories, complete };

  async function visit(directory: string): Promise<void> {
    let names: string[];
    try {
      const real = await realpath(directory);
      if (visited.has(real)) return;
      visited.add(real);
      names = await readdir(directory);
      directories.add(directory);
    } catch (error) {
      fail(directory, error);
      return;
    }
    for (const name of names.toSorted()) if (!name.startsWith('.')) await look(join(directory, name), name);
  }

  async function look(path: string, name: string): Promise<void> {
    try {
      const found = await stat(path);
      if (found.isDirectory()) await visit(path);
      else if (found.isFile() && manifestName.test(name) && files.length <= mostFiles) {
        files.push(entryOf(path, found));
      }
    } catch (error) {
      // Gone between listing and looking is simply gone; a link that leads nowhere or in a circle is a problem, for a
      // directory of manifests may have been there.
      if (manifestName.test(name) || codeOf(error) !== 'ENOENT' || (await isLink(path))) fail(path, error);
    }
  }

  function fail(path: string, error: unknown): void {
    complete = false;
    const code = codeOf(error);
    const shown = relative(root, path) || root;
    const [message, remedy] = explanations[code] ?? [`cannot be read (${code})`, "see the system's message"];
    problems.push({ file: shown, line: 1, column: 1, path: '', message, remedy });
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

export function entryOf(path: string, { size, mtimeMs, ino }: Stats): FileEntry {
  return { path, sizeBytes: size, modifiedMs: mtimeMs, inode: ino };
}

const explanations: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['is not there', 'create it, mount it, or remove the link to it'],
  EACCES: ['may not be read', "give the operator's user the right to read it"],
  ELOOP: ['is a link in a circle', 'remove the link'],
  ENOTDIR: ['is not a directory', 'name a directory of manifests'],
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
