import { Fault } from '../../operator/core/fault.ts';
import type { ItemRef, ItemType, Observed } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import type { Driver, Hint } from '../../operator/ports/driver.ts';
import type { ManualClock } from './manual-clock.ts';

/** What may go wrong between the operator and the world; shares in [0, 1]. */
export interface Trouble {
  /** Of calls that fail, half of them after they have had their effect. */
  failing: number;
  /** Of hints that never arrive. */
  lostHints: number;
  /** Of hints that arrive twice, the second time late. */
  doubledHints: number;
  /** Longest duration of a call; what a list says is as old as its call. */
  slowMs: number;
}

export const noTrouble: Trouble = { failing: 0, lostHints: 0, doubledHints: 0, slowMs: 0 };

/** mulberry32: small, and the same for the same seed everywhere. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface FakeDriverDeps {
  readonly clock: ManualClock;
  readonly random: () => number;
  readonly trouble: Trouble;
  /** Every action that a driver was given, in order. */
  readonly log: Action[];
}

/** A driver over memory: a subclass is the world, this class is the distance to it. */
export abstract class FakeDriver implements Driver {
  abstract readonly name: string;
  abstract readonly types: readonly ItemType[];
  readonly deps: FakeDriverDeps;
  /** Why nothing answers, while nothing does. */
  away: string | undefined;
  readonly #hints = new Set<Hint>();

  constructor(deps: FakeDriverDeps) {
    this.deps = deps;
  }

  /** Everything as it is at this moment. */
  abstract look(): Observed[];
  /** Does it, at this moment. */
  abstract act(action: Action): void;

  async list(): Promise<readonly Observed[]> {
    return this.#call(() => this.look());
  }

  async read(ref: ItemRef): Promise<Observed | undefined> {
    return this.#call(() => this.find(ref));
  }

  async apply(action: Action): Promise<Observed | undefined> {
    this.deps.log.push(action);
    await this.#call(() => {
      this.act(action);
    });
    return this.after(action);
  }

  watch(hint: Hint, signal: AbortSignal): void {
    this.#hints.add(hint);
    signal.addEventListener('abort', () => this.#hints.delete(hint));
  }

  /** What an action left behind. */
  protected after(action: Action): Observed | undefined {
    return this.find(action.item);
  }

  find({ type, id }: ItemRef): Observed | undefined {
    return this.look().find((item) => item.type === type && item.id === id);
  }

  hint(ref: ItemRef | 'all'): void {
    const { random, trouble, clock } = this.deps;
    for (const hint of this.#hints) {
      if (random() >= trouble.lostHints)
        clock.after(0, () => {
          hint(ref);
        });
      if (random() < trouble.doubledHints)
        clock.after(random() * 2_000, () => {
          hint(ref);
        });
    }
  }

  async #call<Result>(effect: () => Result): Promise<Result> {
    const { random, trouble, clock } = this.deps;
    const [fate, delayMs] = [random(), Math.round(random() * trouble.slowMs)];
    await clock.pass(Math.floor(delayMs / 2));
    if (this.away !== undefined) throw new Fault('transient', 'Unreachable', this.away);
    if (fate < trouble.failing / 2)
      throw new Fault('transient', 'Retrying', `${this.name} hiccups before it does anything`);
    const result = effect();
    await clock.pass(Math.ceil(delayMs / 2));
    if (fate < trouble.failing) throw new Fault('transient', 'Retrying', `${this.name} hiccups after it has done it`);
    return result;
  }
}
