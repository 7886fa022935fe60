import {
  closeSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writevSync,
  type BigIntStats,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../core/fault.ts';

/** For the operator's user only: what it keeps may tell of secrets. */
const ownMode = 0o600;

/** A text, or its pieces in their order, which are not copied. */
export type Content = string | readonly Uint8Array[];

/**
 * Replaces a file in one step: whoever reads it, after whatever end of the process or the machine, finds the whole old or
 * the whole new content. Nobody else may write the same file at the same time.
 * @throws Fault if there is no room or no right to; the old content stays
 */
export async function replaceFile(path: string, content: Content, mode: number = ownMode): Promise<void> {
  await writeBeside(path, content, mode);
  await putInPlace(path);
}

/** First half: the new content, on the disk, beside the file. */
export async function writeBeside(path: string, content: Content, mode: number = ownMode): Promise<void> {
  try {
    const file = await open(besideOf(path), 'w', mode);
    try {
      // What a process that was killed has left may have another mode, and the mask may have taken some of this one.
      await file.chmod(mode);
      write(file.fd, content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(besideOf(path), { force: true }).catch(() => undefined);
    throw explain(path, error);
  }
}

/** Second half: what was written beside the file takes its place, on the disk, too. */
export async function putInPlace(path: string): Promise<void> {
  await rename(besideOf(path), path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * The same without waiting for the disk, and without a turn of the event loop: in one step for every reader and whatever
 * end of the process; only a machine that loses power may lose the new content, or both. Returns what the file is now.
 */
export function replaceFileAtOnce(path: string, content: Content): BigIntStats {
  try {
    const file = openSync(besideOf(path), 'w', ownMode);
    try {
      write(file, content);
    } finally {
      closeSync(file);
    }
    const stats = statSync(besideOf(path), { bigint: true });
    renameSync(besideOf(path), path);
    return stats;
  } catch (error) {
    rmSync(besideOf(path), { force: true });
    throw explain(path, error);
  }
}

/** In the same directory, and so on the same file system, where a rename is one step (rename(2)). */
export function besideOf(path: string): string {
  return `${path}.next`;
}

function write(file: number, content: Content): void {
  if (typeof content === 'string') {
    writeFileSync(file, content);
    return;
  }
  const size = content.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const written = writevSync(file, content);
  // One call may write less than everything (POSIX, writev).
  if (written < size) writeFileSync(file, Buffer.concat(content).subarray(written));
}

function explain(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EROFS') return error;
  return new Fault(
    'transient',
    'DiskFull',
    `${path} cannot be written (${code}); make room there, then it is tried again`,
    {
      cause: error,
    },
  );
}
