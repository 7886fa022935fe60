import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../operator/engine/status.ts';
import { eventually } from '../support/eventually.ts';
import type { BenchNetwork } from './network.ts';

/** A change that the operator has made in the world, as its log tells. */
export interface Done {
  readonly atMs: number;
  readonly verb: string;
  /** `server/tiny-00-1a2b3c4d-1` */
  readonly item: string;
}

/** It sets the flags of Node that users get, and then runs the program in its own place. */
const launcher = fileURLToPath(new URL('../../operator/launch.mjs', import.meta.url));
const running = new Set<BenchOperator>();
const readyMs = 120_000;

/** `mcpnet up` as a process of its own, as users run it, followed by its log. */
export class BenchOperator {
  readonly #child: ChildProcess;
  readonly #done: Done[] = [];
  readonly #tail: string[] = [];
  #waiters: { readonly matches: (done: Done) => boolean; readonly resolve: () => void }[] = [];

  /** Starts it and resolves once the network and `services` are ready. */
  static async start(network: BenchNetwork, services = 0, more: readonly string[] = []): Promise<BenchOperator> {
    const operator = new BenchOperator(network, more);
    running.add(operator);
    await eventually(
      async () => {
        if (operator.#child.exitCode !== null) throw new Error(`the operator ended: ${operator.#tail.join('\n')}`);
        if (!existsSync(join(network.state, 'operator.sock'))) throw new Error('it does not listen yet');
        const statuses = await network.statuses();
        const unready = statuses.filter((status) => !isReady(status));
        return statuses.length === services + 1 && unready.length === 0;
      },
      { timeoutMs: readyMs, intervalMs: 200 },
    ).catch((cause: unknown) => {
      throw new Error(`the network is not ready: ${operator.#tail.join('\n')}`, { cause });
    });
    return operator;
  }

  private constructor(network: BenchNetwork, more: readonly string[]) {
    const { scope, manifests, state, directory } = network;
    const flags = ['--log-format', 'json', '--scope', scope, '--manifests', manifests, '--state', state, ...more];
    const reports = ['--report-on-signal', '--report-exclude-network', `--report-directory=${directory}`];
    this.#child = spawn(process.execPath, [launcher, 'up', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: reports.join(' ') },
    });
    for (const input of [this.#child.stdout, this.#child.stderr])
      if (input) createInterface({ input }).on('line', (line) => this.#read(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get done(): readonly Done[] {
    return this.#done;
  }

  /** Resolves when the log tells of such a change, be it an earlier one. */
  async until(matches: (done: Done) => boolean): Promise<void> {
    if (this.#done.some(matches)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(`it has not come to that within ${readyMs / 1000} s; the log ends:\n${this.#tail.join('\n')}`),
        );
      }, readyMs);
      const met = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiters.push({ matches, resolve: met });
    });
  }

  /**
   * Resolves when a service has got a route after the first `from` changes. To ask a port all the time instead would take
   * the processor from what is being measured; asking begins here.
   */
  untilRouted(service: string, from: number): Promise<void> {
    return this.until(
      (done) =>
        done.verb !== 'remove' && done.item.startsWith(`server/${service}-`) && this.#done.indexOf(done) >= from,
    );
  }

  /** Asks Node for its diagnostic report (documentation of Node, "Diagnostic report"). */
  report(): void {
    this.#child.kill('SIGUSR2');
  }

  async stop(): Promise<void> {
    running.delete(this);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  #read(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > 20) this.#tail.shift();
    if (!line.startsWith('{')) return;
    const { message, timestamp, verb, item } = JSON.parse(line) as Record<string, unknown>;
    if (message !== 'done') return;
    const done = { atMs: Date.parse(String(timestamp)), verb: String(verb), item: String(item) };
    this.#done.push(done);
    const met = this.#waiters.filter(({ matches }) => matches(done));
    this.#waiters = this.#waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((operator) => operator.stop()));
}

function isReady({ conditions }: Status): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
