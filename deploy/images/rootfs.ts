import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { readDynamicFacts } from './elf.ts';
import { folderEntries, plainMode, type LayerEntry } from './layer.ts';
import type { Architecture } from './recipe.ts';

const TRIPLET: Readonly<Record<Architecture, string>> = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** An unpacked Debian closure: `root` is a folder of this machine that images are picked from. */
export interface RootFileSystem {
  readonly root: string;
  readonly architecture: Architecture;
}

/**
 * Picks `keep` out of an unpacked root with all shared libraries that the picked binaries name, recursively: what
 * `ldd` would list, found by reading the files, so nothing of the root is run and no chroot is needed.
 * A name without a slash is a library.
 */
export async function keepClosure(
  filesystem: RootFileSystem,
  keep: readonly string[],
  drop: readonly string[] = [],
): Promise<readonly LayerEntry[]> {
  const picked = new Map<string, LayerEntry>();
  for (const wanted of keep) {
    const path = wanted.includes('/') ? wanted : findLibrary(filesystem, wanted, [], 'the recipe');
    for await (const entry of subtree(filesystem, path, drop)) picked.set(entry.path, entry);
  }
  // The map grows while it is walked; a library found is walked in turn.
  for (const entry of picked.values()) {
    if (entry.kind !== 'file') continue;
    for (const library of librariesOf(filesystem, entry.source, entry.path)) {
      if (!picked.has(library)) picked.set(library, await fileEntry(filesystem, library));
    }
  }
  return [...picked.values()];
}

/** Image paths of the libraries (and the loader) that the ELF file `source`, to stand at `path`, needs. */
export function librariesOf(filesystem: RootFileSystem, source: string, path: string): readonly string[] {
  const facts = readDynamicFacts(source);
  if (facts === undefined) return [];
  const runPath = facts.runPath.map((directory) => directory.replace(/\$\{?ORIGIN\}?/, posix.dirname(path)));
  const libraries = facts.needed.map((name) => findLibrary(filesystem, name, runPath, path));
  if (facts.interpreter === undefined) return libraries;
  // The loader stands where binaries look for it, through the merged /usr.
  return [...libraries, facts.interpreter.replace(/^\/lib/, '/usr/lib')];
}

/** The file of this machine behind an image path, links followed as they will be inside the image. */
export function resolveInRoot(root: string, path: string, hops = 40): string {
  if (hops === 0) throw new Error(`${path}: too many links in the packages' files`);
  let reached = '/';
  const names = path.split('/').filter((name) => name !== '');
  for (const [index, name] of names.entries()) {
    const next = posix.join(reached, name);
    const facts = lstatSync(root + next, { throwIfNoEntry: false });
    if (facts?.isSymbolicLink()) {
      const target = posix.resolve(reached, readlinkSync(root + next));
      return resolveInRoot(root, posix.join(target, ...names.slice(index + 1)), hops - 1);
    }
    reached = next;
  }
  return join(root, reached);
}

async function* subtree(filesystem: RootFileSystem, path: string, drop: readonly string[]): AsyncGenerator<LayerEntry> {
  const source = resolveInRoot(filesystem.root, path);
  const facts = statSync(source, { throwIfNoEntry: false });
  if (facts === undefined)
    throw new Error(`no package of this recipe brings ${path}; correct its "keep" or "packages"`);
  if (!facts.isDirectory()) return yield await fileEntry(filesystem, path);
  yield* folderEntries(source, path, (inside) => drop.some((prefix) => posix.join(path, inside).startsWith(prefix)));
}

async function fileEntry(filesystem: RootFileSystem, path: string): Promise<LayerEntry> {
  const source = resolveInRoot(filesystem.root, path);
  return { kind: 'file', path, source, mode: await plainMode(source) };
}

function findLibrary(filesystem: RootFileSystem, name: string, runPath: readonly string[], neededBy: string): string {
  const usual = [`/usr/lib/${TRIPLET[filesystem.architecture]}`, '/usr/lib', '/usr/lib64'];
  const found = [...runPath, ...usual]
    .map((directory) => posix.join(directory, basename(name)))
    .find((path) => statSync(resolveInRoot(filesystem.root, path), { throwIfNoEntry: false })?.isFile());
  if (found === undefined) {
    throw new Error(`${neededBy} needs ${name}, which no package of this recipe brings; add one to "packages"`);
  }
  return found;
}
