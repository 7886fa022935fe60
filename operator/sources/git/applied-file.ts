import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../files/replace-file.ts';
import type { AppliedCommit } from '../../ports/source.ts';

/** What is in force of a repository, for the next operator. */
export interface Applied extends AppliedCommit {
  /** The branch it was the newest commit of. */
  readonly ref: string;
  readonly documents: number;
  /** Whether the branch was deleted since, and that was meant. */
  readonly isGone?: boolean;
}

/** Undefined if nothing was applied yet, or the file is not one of ours: then the newest commit is taken as the first. */
export async function readApplied(path: string): Promise<Applied | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as Partial<Applied>;
    const isWhole =
      /^[0-9a-f]{40,64}$/.test(value.commit ?? '') &&
      [value.ref, value.subject, value.author, value.committedAt, value.appliedAt].every(
        (each) => typeof each === 'string',
      ) &&
      typeof value.documents === 'number';
    // Every field has just been looked at.
    return isWhole ? (value as Applied) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeApplied(path: string, applied: Applied): Promise<void> {
  await replaceFile(path, `${JSON.stringify(applied, undefined, 1)}\n`);
}
