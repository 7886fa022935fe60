import { Child, type CommandLine } from './child.ts';
import { thriftyEnvironment, unknownOptionExitCode } from './child-environment.ts';
import { ChildUpstream } from './child-upstream.ts';
import type { Isolation, Verdict } from './isolation.ts';
import { isResponse } from './json-rpc.ts';
import { Multiplexer } from './multiplexer.ts';
import type { ServerFacts } from './server-facts.ts';
import { Spare } from './spare.ts';
import type { Upstream, UpstreamListener } from './upstream.ts';

const initializeTimeoutMs = 60_000;
/** A command that failed is tried again when somebody asks for the health, but not more often than this. */
const retryAfterMs = 2_000;

/** A process per session, one started ahead for the next, and one more at need for those who have no session. */
export class SessionIsolation implements Isolation {
  readonly kind = 'session';
  readonly ready: Promise<void>;
  readonly broken = new Promise<never>(() => {});
  readonly #idleTimeoutMs: number;
  readonly #maxSessions: number;
  readonly #spare: Spare;
  readonly #children = new Set<Child>();
  /** Without thrift from when the server's Node turns out not to know our options. */
  #command: CommandLine;
  #sessionless: Promise<Multiplexer> | undefined;
  /** From the first start; undefined until then. */
  #facts: ServerFacts | undefined;
  #lastStart: Verdict = { ok: false, reason: 'starting' };
  #lastFailureAtMs = 0;
  #proof: Promise<void> | undefined;

  constructor(command: CommandLine, maxSessions: number, idleTimeoutMs: number) {
    this.#maxSessions = maxSessions;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#command = { ...command, env: thriftyEnvironment(process.env) };
    this.#spare = new Spare((label) => new Child(this.#command, label));
    this.ready = this.#prove();
  }

  readonly connect = (listener: UpstreamListener, label: string): Upstream => {
    const child = this.#take(label);
    this.#refill();
    return new ChildUpstream(child, this.#judging(child, listener));
  };

  /** Started at need, ended when idle. */
  forSessionless(): Promise<Multiplexer> {
    if (this.#sessionless !== undefined) return this.#sessionless;
    const started = this.#startSessionless(() => {
      if (this.#sessionless === started) this.#sessionless = undefined;
    });
    this.#sessionless = started;
    return started;
  }

  /** Nobody comes to a bridge that calls itself unhealthy, so that asking it is what tries the command again. */
  async check(): Promise<Verdict> {
    const due = performance.now() - this.#lastFailureAtMs > retryAfterMs;
    if (!this.#lastStart.ok && this.#facts !== undefined && due) {
      this.#proof ??= this.#prove()
        .catch(() => {})
        .finally(() => (this.#proof = undefined));
    }
    return this.#lastStart;
  }

  children(): number {
    return this.#children.size + this.#spare.count;
  }

  async end(): Promise<void> {
    await Promise.all([this.#spare.end(), ...[...this.#children].map((child) => child.end())]);
  }

  #take(label: string): Child {
    const child = this.#spare.take(label);
    this.#children.add(child);
    void child.exited.then(() => {
      this.#children.delete(child);
      this.#refill();
    });
    return child;
  }

  /** A spare beyond the last place would serve nobody; one of a command that fails would run it in a loop. */
  #refill(): void {
    if (this.#lastStart.ok && this.#children.size < this.#maxSessions) this.#spare.refill();
  }

  /** `forget` makes the next one who asks start another. */
  async #startSessionless(forget: () => void): Promise<Multiplexer> {
    try {
      const multiplexer = await this.#initialize(this.#take('sessionless'));
      this.#refill();
      void multiplexer.closed.then(forget);
      this.#endWhenIdle(multiplexer, forget);
      return multiplexer;
    } catch (error) {
      forget();
      throw error;
    }
  }

  #endWhenIdle(multiplexer: Multiplexer, forget: () => void): void {
    let idleChecks = 0;
    const timer = setInterval(() => {
      idleChecks = multiplexer.takeIdle() ? idleChecks + 1 : 0;
      if (idleChecks < 2) return;
      forget();
      void multiplexer.end();
    }, this.#idleTimeoutMs / 2).unref();
    void multiplexer.closed.then(() => clearInterval(timer));
  }

  /** Any answer is proof of a start; an exit before the first is a failed one. */
  #judging(child: Child, listener: UpstreamListener): UpstreamListener {
    let answered = false;
    return {
      onMessage: (message, json) => {
        if (!answered && isResponse(message)) {
          answered = true;
          this.#succeeded();
        }
        listener.onMessage(message, json);
      },
      onClosed: (reason) => {
        if (!answered && !child.ending) this.#failed(`the server process ${reason}`);
        listener.onClosed(reason);
      },
    };
  }

  #succeeded(): void {
    if (this.#facts !== undefined) this.#lastStart = { ok: true, facts: this.#facts };
  }

  #failed(reason: string): void {
    this.#lastStart = { ok: false, reason };
    this.#lastFailureAtMs = performance.now();
  }

  /**
   * Starts the command, shakes hands and ends it again. Nobody can use that process: a client's own `initialize` must be
   * a server's first. The spare that is started meanwhile is for the first client.
   */
  async #prove(): Promise<void> {
    const multiplexer = await this.#initializeProof();
    this.#refill();
    void multiplexer.end();
  }

  async #initializeProof(): Promise<Multiplexer> {
    const child = this.#take('proof');
    try {
      return await this.#initialize(child);
    } catch (error) {
      if (child.exitCode !== unknownOptionExitCode || this.#command.env === undefined) throw error;
      const { command, args } = this.#command;
      this.#command = { command, args };
      return this.#initializeProof();
    }
  }

  /** Records how it went, and what the server said of itself. */
  async #initialize(child: Child): Promise<Multiplexer> {
    try {
      const multiplexer = await Multiplexer.initialize(child, initializeTimeoutMs);
      this.#facts = multiplexer.facts;
      this.#succeeded();
      return multiplexer;
    } catch (error) {
      this.#failed((error as Error).message);
      throw error;
    }
  }
}
