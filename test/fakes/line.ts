import { Fault } from '../../operator/core/fault.ts';
import { count, type Circumstances } from './trouble.ts';

/** As the Docker driver's own. */
const deadlineMs = 30_000;

type Fate = 'answers' | 'is refused' | 'loses its answer' | 'hangs' | 'hangs after its effect';

interface Call {
  readonly caller: unknown;
  /** Takes effect; undefined once that has happened or no longer can. */
  effect: (() => unknown) | undefined;
  isAbandoned: boolean;
}

export interface CallOptions {
  /** Who calls, to be told apart from those who called before. */
  readonly caller?: unknown;
  /** What is written, for calls that write. */
  readonly writes?: string;
}

/** The distance between an operator and a part of the world: calls take time, fail, hang, and outlive who made them. */
export class Line {
  readonly name: string;
  readonly #circumstances: Circumstances;
  readonly #calls = new Set<Call>();
  /** Why nothing answers, while nothing does. */
  away: string | undefined;

  constructor(name: string, circumstances: Circumstances) {
    this.name = name;
    this.#circumstances = circumstances;
  }

  async call<Result>(effect: () => Result, { caller, writes }: CallOptions = {}): Promise<Result> {
    const { trouble, random } = this.#circumstances;
    const fate = this.#fate();
    const delayMs = Math.round(random() * trouble.slowMs);
    const call: Call = { caller, effect, isAbandoned: false };
    this.#calls.add(call);
    try {
      await this.#wait(call, Math.floor(delayMs / 2));
      this.#reach();
      if (fate === 'is refused') throw this.#fault('hiccups before it does anything');
      if (fate === 'hangs') await this.#hang(call);
      const result = await this.#takeEffect(call, effect, writes);
      if (fate === 'hangs after its effect') await this.#hang(call);
      await this.#wait(call, Math.ceil(delayMs / 2));
      this.#reach();
      if (fate === 'loses its answer') throw this.#fault('hiccups after it has done it');
      return result;
    } finally {
      this.#calls.delete(call);
    }
  }

  /**
   * Nobody waits for the calls of this caller any more: none of them is answered. Of those that have had no effect yet,
   * what is far enough takes effect at this moment; the others never do.
   */
  abandon(caller: unknown, isFarEnough: () => boolean): void {
    for (const call of this.#calls) {
      if (call.caller !== caller) continue;
      call.isAbandoned = true;
      const { effect } = call;
      call.effect = undefined;
      if (effect === undefined || this.away !== undefined || !isFarEnough()) continue;
      try {
        effect();
      } catch {
        // The fault would have been the answer.
      }
    }
  }

  async #takeEffect<Result>(call: Call, effect: () => Result, writes: string | undefined): Promise<Result> {
    call.effect = undefined;
    const { onWrite } = this.#circumstances;
    if (writes !== undefined) onWrite?.('before', writes);
    if (call.isAbandoned) await never;
    try {
      return effect();
    } finally {
      // What is refused has its answer, too.
      if (writes !== undefined) onWrite?.('after', writes);
      if (call.isAbandoned) await never;
    }
  }

  async #wait(call: Call, delayMs: number): Promise<void> {
    await this.#circumstances.clock.pass(delayMs);
    if (call.isAbandoned) await never;
  }

  async #hang(call: Call): Promise<never> {
    await this.#wait(call, deadlineMs);
    throw this.#fault(`did not answer within ${deadlineMs} ms`);
  }

  #reach(): void {
    if (this.away !== undefined) throw new Fault('transient', 'Unreachable', this.away);
  }

  #fate(): Fate {
    const { random, trouble, injected } = this.#circumstances;
    const drawn = random();
    const fate = fateOf(drawn, trouble.failing, trouble.hanging);
    if (fate !== 'answers') count(injected, `a call ${fate}`);
    return fate;
  }

  #fault(what: string): Fault {
    return new Fault('transient', 'Retrying', `${this.name} ${what}`);
  }
}

function fateOf(drawn: number, failing: number, hanging: number): Fate {
  if (drawn < failing / 2) return 'is refused';
  if (drawn < failing) return 'loses its answer';
  if (drawn < failing + hanging / 2) return 'hangs';
  return drawn < failing + hanging ? 'hangs after its effect' : 'answers';
}

/** What those wait for whom nobody answers. */
export const never = new Promise<never>(() => undefined);
