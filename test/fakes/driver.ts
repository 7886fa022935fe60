import type { ItemRef, ItemType, Observed } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import type { Driver, Hint } from '../../operator/ports/driver.ts';
import { Line } from './line.ts';
import { count, type Circumstances } from './trouble.ts';

export interface FakeDriverDeps extends Circumstances {
  /** Every action that a driver was given, in order. */
  readonly log: Action[];
  /** Those of them that took effect, in order: one that is refused changes nothing. */
  readonly effects: Action[];
}

const lateMs = 2_000;
const rememberedLists = 6;

/** A driver over memory: a subclass is the world, this class is the distance to it. */
export abstract class FakeDriver implements Driver {
  abstract readonly types: readonly ItemType[];
  readonly name: string;
  readonly deps: FakeDriverDeps;
  readonly line: Line;
  readonly #hints = new Set<Hint>();
  /** What lists have answered lately, oldest first. */
  readonly #answers: (readonly Observed[])[] = [];

  constructor(name: string, deps: FakeDriverDeps) {
    this.name = name;
    this.deps = deps;
    this.line = new Line(name, deps);
  }

  /** Everything as it is at this moment. */
  abstract look(): Observed[];
  /** Does it, at this moment. */
  abstract act(action: Action): void;

  /** Why nothing answers, while nothing does. */
  get away(): string | undefined {
    return this.line.away;
  }

  /** Watches break while nothing answers, and hint at everything when they are made anew. */
  set away(why: string | undefined) {
    const isBack = this.line.away !== undefined && why === undefined;
    this.line.away = why;
    if (isBack) this.hint('all');
  }

  async list(caller?: AbortSignal): Promise<readonly Observed[]> {
    return this.line.call(() => this.#remember(this.look()), { caller });
  }

  async read(ref: ItemRef, caller?: AbortSignal): Promise<Observed | undefined> {
    return this.line.call(() => this.find(ref), { caller });
  }

  async apply(action: Action, caller?: AbortSignal): Promise<Observed | undefined> {
    this.deps.log.push(action);
    const { verb, item } = action;
    await this.line.call(
      () => {
        this.act(action);
        this.deps.effects.push(action);
      },
      { caller, writes: `${verb} ${item.type} ${item.id}` },
    );
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
    if (this.away !== undefined) return;
    const { random, trouble, clock, injected } = this.deps;
    for (const hint of this.#hints) {
      const send = (delayMs: number): void => {
        clock.after(delayMs, () => {
          hint(ref);
        });
      };
      const isLost = random() < trouble.lostHints;
      const isLate = trouble.lateHints > 0 && random() < trouble.lateHints;
      const isDoubled = random() < trouble.doubledHints;
      if (!isLost) send(isLate ? random() * lateMs : 0);
      if (isDoubled) send(random() * lateMs);
      if (isLost) count(injected, 'a hint is lost');
      if (isLate) count(injected, 'a hint comes late');
      if (isDoubled) count(injected, 'a hint comes twice');
    }
  }

  #remember(listed: readonly Observed[]): readonly Observed[] {
    const { random, trouble, injected } = this.deps;
    const answers = this.#answers;
    const isStale = trouble.staleLists > 0 && random() < trouble.staleLists;
    answers.push(listed);
    if (answers.length > rememberedLists) answers.shift();
    if (!isStale) return listed;
    count(injected, 'a list is stale');
    return answers[Math.floor(random() * answers.length)] ?? listed;
  }
}
