import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { LabelledLines } from './labelled-lines.ts';
import { LineSplitter } from './line-splitter.ts';

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  /** This process's own when not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** One JSON-RPC message of a child may not be larger than this; a child that says more is ended. */
const maxLineBytes = 32 * 1024 * 1024;
/** More than this waiting for a child that does not read its stdin is refused. */
const maxUnreadBytes = 8 * 1024 * 1024;
const eofGraceMs = 500;
const termGraceMs = 500;

const living = new Set<Child>();

/** The last resort, for any way this process ends: nothing that a child has started outlives it. */
export function killAllChildren(): void {
  for (const child of living) child.killGroup('SIGKILL');
}

/**
 * One MCP server process over stdio, the leader of its own process group.
 * The group is killed when the leader is gone, so that what `sh -c` or npx started goes with it.
 */
export class Child {
  /** Why the process is gone; resolves exactly once, after its last line was delivered. Never rejects. */
  readonly exited: Promise<string>;
  onLine: (line: string) => void = () => {};
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #stderr: LabelledLines;
  #failure: string | undefined;
  #ending: Promise<void> | undefined;
  #gone = false;

  constructor({ command, args, env = process.env }: CommandLine, label: string) {
    this.#process = spawn(command, args, { detached: true, env, stdio: ['pipe', 'pipe', 'pipe'] });
    living.add(this);
    const splitter = new LineSplitter(maxLineBytes, (line) => this.onLine(line));
    this.#process.stdout.on('data', (chunk: Buffer) => {
      if (splitter.push(chunk)) return;
      this.#failure = `a message exceeds ${maxLineBytes} bytes`;
      this.killGroup('SIGKILL');
      this.#process.stdout.destroy();
    });
    // A broken pipe is only the first sign of an exit, which is reported as such.
    this.#process.stdin.on('error', () => {});
    this.#stderr = new LabelledLines(label);
    this.#process.stderr.pipe(this.#stderr).on('data', (text: Buffer) => process.stderr.write(text));
    this.exited = this.#watch(command);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Null while it lives and when a signal has ended it. */
  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Whether its exit is our own doing. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  get alive(): boolean {
    return !this.#gone;
  }

  /** True while the process does not read what it was sent; sending more would only fill memory. */
  get congested(): boolean {
    return this.#process.stdin.writableLength > maxUnreadBytes;
  }

  /** From now on its stderr belongs to `label`. */
  relabel(label: string): void {
    this.#stderr.label = label;
  }

  /** Sends one message. `json` must not contain a line break. */
  send(json: string): void {
    if (this.#process.stdin.writable) this.#process.stdin.write(`${json}\n`);
  }

  pause(): void {
    this.#process.stdout.pause();
  }

  resume(): void {
    this.#process.stdout.resume();
  }

  /** End of input, then SIGTERM, then SIGKILL, a moment apart. Resolves when the process is gone; idempotent. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  killGroup(signal: NodeJS.Signals): void {
    const pid = this.#process.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // ESRCH: the group is empty, which is what was asked for.
    }
  }

  async #end(): Promise<void> {
    this.#failure ??= 'ended by the bridge';
    this.#process.stdin.end();
    this.resume();
    if (await this.#exitsWithin(eofGraceMs)) return;
    this.killGroup('SIGTERM');
    if (await this.#exitsWithin(termGraceMs)) return;
    this.killGroup('SIGKILL');
    await this.exited;
  }

  async #exitsWithin(graceMs: number): Promise<boolean> {
    const stop = new AbortController();
    const late = delay(graceMs, 'late', { signal: stop.signal }).catch(() => 'stopped');
    const first = await Promise.race([this.exited, late]);
    stop.abort();
    return first !== 'late';
  }

  async #watch(command: string): Promise<string> {
    const reason = await new Promise<string>((resolve) => {
      this.#process.once('error', (error) => resolve(`cannot start ${command}: ${error.message}`));
      this.#process.once('exit', (code, signal) =>
        resolve(signal === null ? `exited with code ${code}` : `killed by ${signal}`),
      );
    });
    this.killGroup('SIGKILL');
    await this.#drained();
    this.#gone = true;
    living.delete(this);
    return this.#failure ?? reason;
  }

  /** What was written before the exit still counts; a process that escaped the group may hold the pipe for ever. */
  async #drained(): Promise<void> {
    const { stdout } = this.#process;
    if (this.#process.pid === undefined || stdout.closed) return;
    stdout.resume();
    const stop = new AbortController();
    const closed = new Promise<void>((resolve) => stdout.once('close', resolve));
    await Promise.race([closed, delay(250, undefined, { signal: stop.signal }).catch(() => {})]);
    stop.abort();
    stdout.destroy();
    this.#process.stderr.destroy();
  }
}
