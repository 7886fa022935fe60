import { Child, type CommandLine } from './child.ts';
import type { Isolation, Verdict } from './isolation.ts';
import { Multiplexer } from './multiplexer.ts';
import { Seat } from './seat.ts';
import type { Upstream, UpstreamListener } from './upstream.ts';
import { VerdictCache } from './verdict-cache.ts';

const initializeTimeoutMs = 60_000;
const pingTimeoutMs = 2_000;

/** One process for all clients: cheap, and right for a server that keeps nothing per client. It is never replaced. */
export class SharedIsolation implements Isolation {
  readonly kind = 'shared';
  readonly ready: Promise<void>;
  readonly broken: Promise<string>;
  readonly #child: Child;
  readonly #mostRequests: number;
  readonly #verdicts = new VerdictCache(() => this.#ping());
  #multiplexer: Multiplexer | undefined;

  /** @param mostRequests that the process gets at once; 0 for no limit */
  constructor(command: CommandLine, mostRequests: number) {
    this.#mostRequests = mostRequests;
    this.#child = new Child(command, 'shared');
    this.broken = this.#child.exited.then((reason) => `the shared server process ${reason}`);
    this.ready = this.#initialize();
  }

  readonly connect = (listener: UpstreamListener): Upstream => {
    if (this.#multiplexer === undefined) throw new Error('connected before it was ready');
    return new Seat(this.#multiplexer, listener);
  };

  async forSessionless(): Promise<Multiplexer> {
    if (this.#multiplexer === undefined) throw new Error('asked before it was ready');
    return this.#multiplexer;
  }

  check(): Promise<Verdict> {
    if (this.#multiplexer === undefined) return Promise.resolve({ ok: false, reason: 'starting' });
    return this.#verdicts.get();
  }

  children(): number {
    return this.#child.alive ? 1 : 0;
  }

  end(): Promise<void> {
    return this.#child.end();
  }

  async #initialize(): Promise<void> {
    this.#multiplexer = await Multiplexer.initialize(this.#child, initializeTimeoutMs, this.#mostRequests);
  }

  async #ping(): Promise<Verdict> {
    const multiplexer = await this.forSessionless();
    try {
      await multiplexer.ask('ping', undefined, AbortSignal.timeout(pingTimeoutMs));
      return { ok: true, facts: multiplexer.facts };
    } catch (error) {
      return { ok: false, reason: (error as Error).message };
    }
  }
}
