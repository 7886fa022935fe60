import type { StatusHost } from './commit-status.ts';

/** A repository, and what of it is read how. */
export interface GitPlace {
  readonly url: string;
  /** A branch, a tag, or the whole id of a commit. */
  readonly ref: string;
  /** From the root of the repository; empty for all of it. */
  readonly path: string;
  /** The name of the secret with what is needed to read it. */
  readonly secret?: string;
  readonly intervalMs: number;
  /** Whether its branch may be moved to where history does not lead. */
  readonly allowRewrite: boolean;
  /** Whether only commits count that somebody signed who may. */
  readonly verify: boolean;
  /** By whose API a commit is marked as applied or refused; nobody is told where not given. */
  readonly statuses?: StatusHost;
}

/** What makes one source of a repository the same as before: where it lies and what of it is read, not the branch. */
export function gitSourceId({ url, path }: Pick<GitPlace, 'url' | 'path'>): string {
  return path === '' ? `git:${url}` : `git:${url}//${path}`;
}
