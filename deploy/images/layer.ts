import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';
import type { Addition } from './recipe.ts';

/** What one layer holds: a file of this machine, one that is made, or something stated by the recipe. */
export type LayerEntry =
  | { readonly kind: 'file'; readonly path: string; readonly source: string; readonly mode: number }
  | { readonly kind: 'bytes'; readonly path: string; readonly bytes: Buffer; readonly mode: number }
  | Addition;

/** tar-stream fills in what is not stated. */
export type EntryHeader = Partial<Header> & { readonly name: string };

const READ_AT_ONCE_BYTES = 1 << 20;

/** One time for every file: the same contents give the same bytes. 2020-01-01T00:00:00Z. */
const EPOCH = new Date(1_577_836_800_000);

/**
 * Writes the entries as a tar file, sorted, each path once (the last statement wins), parents included. Owners are
 * root unless an entry says otherwise, whoever runs this; set-user-id bits are dropped.
 */
export async function writeLayer(entries: Iterable<LayerEntry>, outfile: string): Promise<void> {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) {
    for (const parent of parents(entry.path)) {
      if (!byPath.has(parent)) byPath.set(parent, { kind: 'directory', path: parent, mode: 0o755 });
    }
    byPath.set(entry.path, entry);
  }
  const archive = pack();
  const written = pipeline(archive, createWriteStream(outfile));
  const sorted = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const filled = fill(archive, sorted);
  await Promise.all([written, filled.catch((cause: unknown) => archive.destroy(cause as Error))]);
  await filled;
}

/** Entries for a folder of this machine, at `prefix` in the image. `skip` sees paths relative to the folder. */
export async function* folderEntries(
  folder: string,
  prefix: string,
  skip: (relativePath: string) => boolean = () => false,
): AsyncGenerator<LayerEntry> {
  for (const child of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const source = join(child.parentPath, child.name);
    const relativePath = source.slice(folder.length + 1);
    if (skip(relativePath)) continue;
    const path = posix.join(prefix, relativePath);
    if (child.isSymbolicLink()) yield { kind: 'link', path, target: await readlink(source) };
    else if (child.isFile()) yield { kind: 'file', path, source, mode: await plainMode(source) };
    else if (child.isDirectory()) yield { kind: 'directory', path, mode: 0o755 };
  }
}

/** 0755 for what its owner may run, 0644 for the rest: the builder's umask and set-user-id bits leave no trace. */
export async function plainMode(source: string): Promise<number> {
  const { mode } = await lstat(source);
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}

function parents(path: string): readonly string[] {
  const parent = posix.dirname(path);
  return parent === '/' ? [] : [...parents(parent), parent];
}

async function fill(archive: Pack, entries: readonly LayerEntry[]): Promise<void> {
  for (const entry of entries) await add(archive, entry);
  archive.finalize();
}

async function add(archive: Pack, entry: LayerEntry): Promise<void> {
  const name = entry.path.slice(1);
  const common: EntryHeader = { name, uid: 0, gid: 0, mtime: EPOCH };
  switch (entry.kind) {
    case 'directory': {
      const owner = entry.uid ?? 0;
      archive.entry({ ...common, type: 'directory', mode: entry.mode, uid: owner, gid: owner });
      return;
    }
    case 'link':
      archive.entry({ ...common, type: 'symlink', linkname: entry.target, mode: 0o777 });
      return;
    case 'text':
      archive.entry({ ...common, mode: entry.mode ?? 0o644 }, entry.text);
      return;
    case 'bytes':
      archive.entry({ ...common, mode: entry.mode }, entry.bytes);
      return;
    case 'file':
      await addFile(archive, { ...common, mode: entry.mode }, entry.source);
  }
}

/** Streams what is large; a folder of modules is thousands of small files, and a stream for each would take longer. */
export async function addFile(archive: Pack, header: EntryHeader, source: string): Promise<void> {
  const { size } = await lstat(source);
  if (size <= READ_AT_ONCE_BYTES) {
    archive.entry(header, await readFile(source));
    return;
  }
  await pipeline(createReadStream(source, { highWaterMark: READ_AT_ONCE_BYTES }), archive.entry({ ...header, size }));
}
