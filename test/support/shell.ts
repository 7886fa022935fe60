import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { debianClosure } from '../../deploy/images/debian.ts';
import { eventually } from './eventually.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

/** An interactive shell on a terminal of its own, made by script(1). */
export class Shell {
  readonly #child: ChildProcess;
  #seen = '';

  private constructor(command: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, TERM: 'xterm', ...env },
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#seen += chunk.toString('utf8')));
  }

  /** This machine's bash; zsh and fish from Debian's packages, unpacked into the cache of the images. @param path for PATH */
  static async open(name: ShellName, path: string, home: string): Promise<Shell> {
    const env = { PATH: path, HOME: home, ZDOTDIR: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
    if (name === 'bash') return new Shell('bash --norc --noprofile -i', env);
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const { root } = await debianClosure({ suite: 'bookworm', packages: ['zsh', 'fish'] }, architecture);
    const triplet = architecture === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
    const libraries = join(root, 'usr/lib', triplet);
    // With the loader of its own release: this machine's may be of another.
    const loader = join(root, architecture === 'arm64' ? 'lib/ld-linux-aarch64.so.1' : 'lib64/ld-linux-x86-64.so.2');
    const program = `${loader} --library-path ${libraries} ${join(root, 'usr/bin', name)}`;
    if (name === 'fish') return new Shell(`${program} --no-config -i`, env);
    const shell = new Shell(`${program} -f -i`, env);
    const functions = join(root, 'usr/share/zsh/functions');
    await shell.line(
      `module_path=(${join(libraries, 'zsh/5.9')}); fpath=(${functions} ${functions}/**/*(/)); autoload -Uz compinit; compinit -u -D`,
    );
    return shell;
  }

  /** Everything that has been printed. */
  get seen(): string {
    return this.#seen;
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Has a line carried out, and resolves when that is done. */
  async line(text: string): Promise<void> {
    const mark = `done-${this.#seen.length}`;
    // Told from its own echo by the quotes.
    this.type(`${text}; echo "${mark.slice(0, 2)}""${mark.slice(2)}"\n`);
    await eventually(() => this.#seen.includes(`${mark}\r`), { timeoutMs: 20_000 });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
