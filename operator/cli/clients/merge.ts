import { constants } from 'node:fs';
import { chown, copyFile, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { besideOf, putInPlace, writeBeside } from '../../files/replace-file.ts';

export type Merged = { readonly changed: false } | { readonly changed: true; readonly backup?: string };

const attempts = 5;

/**
 * Changes a file of somebody else's in one step, with what was there before kept beside it. Whoever wrote it in between
 * is not overwritten: then it is read again. Owner, mode and a link to the file stay.
 * @param edit what the text, empty where there is no file, is to be; throws to leave it
 */
export async function mergeInto(path: string, edit: (text: string) => string, now: Date): Promise<Merged> {
  const target = await realpath(path).catch(() => path);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = await readOrAbsent(target);
    const after = edit(before ?? '');
    if (after === (before ?? '')) return { changed: false };
    await mkdir(dirname(target), { recursive: true });
    await writeAsBefore(target, after);
    if ((await readOrAbsent(target)) !== before) continue;
    const backup = before === undefined ? undefined : await keepBackup(target, now);
    await putInPlace(target);
    return { changed: true, ...(backup !== undefined && { backup }) };
  }
  await rm(besideOf(target), { force: true });
  throw new Error(`${path} is being written by somebody else all the time; close the client and try again`);
}

async function writeAsBefore(target: string, content: string): Promise<void> {
  const facts = await stat(target).catch(() => undefined);
  await writeBeside(target, content, facts ? facts.mode & 0o777 : 0o666 & ~process.umask());
  // Only root may give files away, and need not where they are its own.
  if (facts && facts.uid !== process.getuid?.()) await chown(besideOf(target), facts.uid, facts.gid);
}

async function keepBackup(target: string, now: Date): Promise<string> {
  const backup = `${target}.mcpnet-backup-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  await copyFile(target, backup, constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
    // One of the same second holds what was there before the first of the changes.
    if (error.code !== 'EEXIST') throw error;
  });
  return backup;
}

async function readOrAbsent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
