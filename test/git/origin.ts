import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const identity = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  // Nothing goes on in the background of a directory that is about to be removed.
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'gc.auto',
  GIT_CONFIG_VALUE_0: '0',
  GIT_CONFIG_KEY_1: 'maintenance.auto',
  GIT_CONFIG_VALUE_1: 'false',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

/** A repository that people push to, with the working copy of one of them. */
export class Origin {
  /** What servers serve; the repository is `fleet.git` in it. */
  readonly root: string;
  readonly bare: string;
  readonly #copy: string;

  private constructor(root: string) {
    this.root = root;
    this.bare = join(root, 'fleet.git');
    this.#copy = join(root, 'copy');
  }

  static async create(): Promise<Origin> {
    const origin = new Origin(await mkdtemp(join(tmpdir(), 'mcpnet-git-')));
    await origin.git(['init', '--quiet', '--bare', '--initial-branch=main', origin.bare], origin.root);
    await origin.git(['config', 'receive.denyDeleteCurrent', 'ignore'], origin.bare);
    await origin.git(['clone', '--quiet', origin.bare, 'copy'], origin.root);
    await origin.git(['symbolic-ref', 'HEAD', 'refs/heads/main']);
    return origin;
  }

  get url(): string {
    return `file://${this.bare}`;
  }

  /** Writes files (undefined removes one), commits and pushes; returns the commit. */
  async push(files: Readonly<Record<string, string | undefined>>, ...options: string[]): Promise<string> {
    const commit = await this.commit(files);
    await this.git(['push', '--quiet', ...options, 'origin', 'HEAD:main']);
    return commit;
  }

  async commit(files: Readonly<Record<string, string | undefined>>, ...options: string[]): Promise<string> {
    for (const [file, text] of Object.entries(files)) {
      const path = join(this.#copy, file);
      if (text === undefined) await rm(path);
      else {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
      }
    }
    await this.git(['add', '--all']);
    await this.git(['commit', '--quiet', '--allow-empty', '-m', 'a change', ...options]);
    return this.git(['rev-parse', 'HEAD']);
  }

  async git(args: readonly string[], directory = this.#copy): Promise<string> {
    const { stdout } = await run('git', args, { cwd: directory, env: { ...process.env, ...identity } });
    return stdout.trim();
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** A service as people write it. */
export function manifest(name: string, spec = 'image: tiny:1, transport: stdio'): string {
  return `apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`;
}
