import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { spawnProgram } from './program.ts';

/** A line of the operator's log in its JSON form. */
export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A running `mcpnet up`. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #ended: Promise<number | null>;

  constructor(args: readonly string[], logFile: string, env: Readonly<Record<string, string>> = {}, verb = 'up') {
    this.#child = spawnProgram([verb, '--log-format', 'json', ...args], env);
    const log = createWriteStream(logFile, { flags: 'a' });
    log.write(`--- ${verb} ${args.join(' ')}\n`);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      let rest = '';
      stream?.on('data', (chunk: Buffer) => {
        log.write(chunk);
        const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
        rest = lines.pop() ?? '';
        this.#lines.push(...lines);
      });
    }
    this.#ended = new Promise((resolve) =>
      this.#child.once('close', (code) => {
        log.end();
        resolve(code);
      }),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get log(): readonly LogEntry[] {
    return this.#lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogEntry);
  }

  get output(): string {
    return this.#lines.join('\n');
  }

  /** Every change that it made in the world: `create workload/files-1a2b3c4d-1`. */
  get changes(): readonly string[] {
    return this.log
      .filter(({ message }) => message === 'done')
      .map((entry) => `${String(entry['verb'])} ${String(entry['item'])}`);
  }

  /** Stops the process where it stands, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and resolves with the exit code once the process is gone; null if the signal ended it. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    if (this.isRunning) this.#child.kill(signal);
    return this.#ended;
  }
}
