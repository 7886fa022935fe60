import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const patienceMs = 10_000;

/** A program of a cluster. It ends with us, however we end. */
export class Part {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #log: string;

  /** @param directory where `<name>.log` gets what it prints */
  constructor(
    name: string,
    command: readonly [string, ...string[]],
    directory: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.name = name;
    this.#log = join(directory, `${name}.log`);
    const log = openSync(this.#log, 'a');
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
      cwd: directory,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    closeSync(log);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Throws, with its last words, if it has ended. */
  check(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) return;
    const words = readFileSync(this.#log, 'utf8').trim().split('\n').slice(-5).join('\n  ');
    throw new Error(`${this.name} has ended with ${this.#child.exitCode ?? this.#child.signalCode}:\n  ${words}`);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(impatience);
  }
}
