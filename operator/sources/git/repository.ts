import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Access } from './access.ts';
import { GitFailed, longestGitMs, runGit, type GitEnvironment } from './run-git.ts';

/** A file of a commit. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` for a link, `160000` for another repository. */
  readonly mode: string;
  readonly id: string;
  readonly sizeBytes: number;
  /** From the root of the repository. */
  readonly path: string;
}

export interface CommitFacts {
  readonly subject: string;
  readonly author: string;
  /** RFC 3339. */
  readonly committedAt: string;
}

const fetched = 'refs/mcpnet/fetched';
const graceMs = 10_000;

/** A shallow copy of a repository, without a working tree: nothing of what it holds is ever run or checked out. */
export class Repository {
  readonly #directory: string;
  readonly #env: GitEnvironment;

  /** @param env where programs are found, and the way through proxies */
  constructor(directory: string, env: GitEnvironment) {
    this.#directory = directory;
    this.#env = env;
  }

  async open(): Promise<void> {
    if (existsSync(join(this.#directory, 'HEAD'))) return this.#unlock();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#git(['init', '--quiet', '--bare']);
  }

  /** A git that was killed leaves its locks and what it had fetched; none lives longer than its time. */
  async #unlock(): Promise<void> {
    const isLeft = /^(?:.*\.lock|refs\/.*\.lock|objects\/pack\/tmp_.*)$/;
    const names = await readdir(this.#directory, { recursive: true }).catch(() => []);
    for (const name of names.filter((each) => isLeft.test(each))) {
      const path = join(this.#directory, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
      if (Date.now() - mtimeMs > longestGitMs + graceMs) await rm(path, { force: true });
    }
  }

  /**
   * Brings what a branch or tag is now, and returns its commit; undefined if there is no such branch. Into an empty copy
   * the newest commit alone if it may be shallow; afterwards what came since, so that it can be told whether history goes on.
   * @throws GitFailed
   */
  async fetch(
    url: string,
    ref: string,
    { access, signal, isShallow }: { access: Access; signal: AbortSignal; isShallow: boolean },
  ): Promise<string | undefined> {
    const isFirst = isShallow && (await this.commitAt(fetched)) === undefined;
    const depth = isFirst ? ['--depth=1'] : [];
    // A branch goes before a tag of its name.
    const names = /^refs\/|^[0-9a-f]{40}$/.test(ref) ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
    for (const name of names) {
      const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...depth];
      try {
        await this.#git([...args, '--', url, `+${name}:${fetched}`], { access, signal });
        return await this.commitAt(fetched);
      } catch (error) {
        // Of a branch that was there a moment ago the host may have told by a replica that has less.
        const isMissing = names.length === 1 ? /couldn't find remote ref|not our ref/ : /couldn't find remote ref/;
        if (!(error instanceof GitFailed && isMissing.test(error.said))) throw error;
      }
    }
    return undefined;
  }

  /** The commit at a name; undefined if there is none. */
  async commitAt(name: string): Promise<string | undefined> {
    const printed = await this.#git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]).catch(() => undefined);
    return printed?.toString('utf8').trim();
  }

  /** Whether history leads from one commit to the other. */
  async isAncestor(older: string, newer: string): Promise<boolean> {
    return this.#git(['merge-base', '--is-ancestor', older, newer]).then(
      () => true,
      () => false,
    );
  }

  async factsOf(commit: string): Promise<CommitFacts> {
    const printed = await this.#git(['show', '--no-patch', '--format=%s%x00%an%x00%cI', commit]);
    const [subject = '', author = '', committedAt = ''] = printed.toString('utf8').trim().split('\0');
    return { subject, author, committedAt };
  }

  /** The files below a path; none if the commit has no such path. */
  async list(commit: string, path: string): Promise<TreeEntry[]> {
    const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit];
    const printed = await this.#git(path === '' ? args : [...args, '--', `${path}/`]);
    const lines = printed.toString('utf8').split('\0').slice(0, -1);
    return lines.flatMap((line) => {
      const [, mode = '', id = '', size = '', name = ''] = /^(\d+) \w+ (\w+) +(\S+)\t([^]*)$/.exec(line) ?? [];
      return mode === '' ? [] : [{ mode, id, sizeBytes: Number(size) || 0, path: name }];
    });
  }

  /** The contents of files, in their order. */
  async read(ids: readonly string[]): Promise<Buffer[]> {
    if (ids.length === 0) return [];
    const printed = await this.#git(['cat-file', '--batch'], { input: `${ids.join('\n')}\n` });
    const contents: Buffer[] = [];
    for (let at = 0; at < printed.length;) {
      const end = printed.indexOf(10, at);
      // `ID blob SIZE`, the content, a line break (git-cat-file, "BATCH OUTPUT").
      const sizeBytes = Number(printed.subarray(at, end).toString('utf8').split(' ')[2]);
      if (!Number.isInteger(sizeBytes)) throw new Error(`the copy of the repository in ${this.#directory} is damaged`);
      contents.push(printed.subarray(end + 1, end + 1 + sizeBytes));
      at = end + sizeBytes + 2;
    }
    return contents;
  }

  /** Why a commit is not signed by one of these (ssh-keygen, "ALLOWED SIGNERS"); undefined if it is. */
  async whyUnsigned(commit: string, allowedSigners: string): Promise<string | undefined> {
    const file = join(this.#directory, 'allowed-signers');
    await writeFile(file, `${allowedSigners}\n`, { mode: 0o600 });
    const settings = [
      ['gpg.format', 'ssh'],
      ['gpg.ssh.allowedSignersFile', file],
    ] as const;
    return this.#git(['verify-commit', commit], { settings }).then(
      () => undefined,
      (error: unknown) => (error instanceof GitFailed && error.said !== '' ? error.said : 'it has no signature'),
    );
  }

  /** Keeps a commit, whatever becomes of its branch, and lets go of what it kept before. */
  async keep(commit: string): Promise<void> {
    await this.#git(['update-ref', 'refs/mcpnet/applied', commit]);
    await this.#git(['gc', '--auto', '--quiet']).catch(() => undefined);
  }

  /** Throws the copy away; the next call makes a new one. */
  async discard(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  #git(
    args: readonly string[],
    more: {
      access?: Access;
      signal?: AbortSignal;
      input?: string;
      settings?: readonly (readonly [string, string])[];
    } = {},
  ): Promise<Buffer> {
    const { access, signal, input, settings = [] } = more;
    const call = {
      directory: this.#directory,
      env: { ...this.#env, ...access?.env },
      ...(input !== undefined && { input }),
      ...(signal && { signal }),
    };
    return runGit(args, call, [...settings, ...(access?.settings ?? [])]);
  }
}
