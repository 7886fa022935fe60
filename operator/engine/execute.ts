import { backoffMs, longestBackoffMs } from '../core/backoff.ts';
import { asFault, type Fault } from '../core/fault.ts';
import { itemKey, type ItemKey, type ItemRef, type ItemType } from '../core/item.ts';
import type { Action, Plan, Wait } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { MayWrite } from '../ports/leadership.ts';
import type { Observation } from './observation.ts';

interface Failure {
  readonly fault: Fault;
  readonly attempts: number;
  readonly retryAtMs: number;
  readonly verb: Action['verb'];
  /** Hash of what was tried: another one is tried at once. */
  readonly hash: string;
}

export interface Retry {
  readonly attempts: number;
  readonly afterMs: number;
}

export interface ExecutorDeps {
  readonly drivers: readonly Driver[];
  readonly observation: Observation;
  readonly clock: Clock;
  /** In [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly mayWrite: MayWrite;
  /** Called when an action has ended, well or badly; the observation is up to date by then. */
  readonly ended: (key: ResourceKey, action: Action, fault: Fault | undefined) => void;
}

/**
 * Runs actions without holding up the pass that planned them: an item whose action is under way is `busy`, and the key
 * comes back when it ends. So one slow container does not delay the next, and no item is acted on twice at once.
 */
export class Executor {
  readonly #deps: ExecutorDeps;
  readonly #driverOf = new Map<ItemType, Driver>();
  readonly #busy = new Map<ItemKey, Action>();
  readonly #failures = new Map<ItemKey, Failure>();
  readonly #running = new Set<Promise<void>>();

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
    for (const driver of deps.drivers) for (const type of driver.types) this.#driverOf.set(type, driver);
  }

  get busy(): ReadonlyMap<ItemKey, Action> {
    return this.#busy;
  }

  /** Faults of items that are being waited for, by item. */
  faults(): ReadonlyMap<ItemKey, Fault> {
    return new Map([...this.#failures].map(([key, { fault }]) => [key, fault]));
  }

  /** Turns actions whose last try failed and whose time has not come into waits. */
  defer(plan: Plan): Plan {
    const nowMs = this.#deps.clock.now();
    const waits: Wait[] = [...plan.waits];
    const actions = plan.actions.filter((action) => {
      const failure = this.#failures.get(itemKey(action.item));
      if (!failure || failure.verb !== action.verb || failure.hash !== action.item.hash) return true;
      const leftMs = failure.retryAtMs - nowMs;
      // Nothing waits for longer than that: the clock was set back.
      if (leftMs <= 0 || leftMs > longestBackoffMs) return true;
      const { fault, attempts } = failure;
      waits.push({ item: action.item, cause: fault.message, requeueAfterMs: leftMs, attempts });
      return false;
    });
    return { ...plan, actions, waits };
  }

  /** Starts nothing for one who does not lead: whoever does will find the same to be done. */
  start(key: ResourceKey, action: Action): void {
    if (!this.#deps.mayWrite()) return;
    const item = itemKey(action.item);
    this.#busy.set(item, action);
    const run = this.#run(key, action).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** How often the last action on an item was tried in vain, and when it is tried again; undefined where it went well. */
  retry(item: ItemKey): Retry | undefined {
    const failure = this.#failures.get(item);
    return failure && { attempts: failure.attempts, afterMs: failure.retryAtMs - this.#deps.clock.now() };
  }

  /** Forgets the failure of an item that is as it should be, or that nobody wants any more. */
  forget(item: ItemKey): void {
    this.#failures.delete(item);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(key: ResourceKey, action: Action): Promise<void> {
    const item = itemKey(action.item);
    const fault = await this.#apply(action);
    this.#busy.delete(item);
    if (this.#deps.signal.aborted) return;
    if (fault) this.#fail(item, action, fault);
    else this.#failures.delete(item);
    this.#deps.ended(key, action, fault);
  }

  async #apply(action: Action): Promise<Fault | undefined> {
    const { type, id } = action.item;
    const driver = this.#driverOf.get(type);
    try {
      if (!driver) throw new TypeError(`no driver for items of type ${type}`);
      const observed = await driver.apply(action, this.#deps.signal);
      this.#deps.observation.write({ type, id }, observed);
      return undefined;
    } catch (error) {
      if (driver && (type === 'workload' || type === 'server')) await this.#lookAgain(driver, action.item);
      return asFault(error);
    }
  }

  /**
   * A call that failed may have had its effect all the same; until that is seen, another replica would be made beside the
   * one that is there, or taken away beside the one that is gone.
   */
  async #lookAgain(driver: Driver, { type, id }: ItemRef): Promise<void> {
    const mark = this.#deps.observation.mark();
    try {
      const found = await driver.read({ type, id }, this.#deps.signal);
      this.#deps.observation.refresh({ type, id }, found, mark);
    } catch {
      // What cannot be seen stays as it was last seen, until the next list.
    }
  }

  #fail(item: ItemKey, action: Action, fault: Fault): void {
    const before = this.#failures.get(item);
    const same = before?.verb === action.verb && before.hash === action.item.hash;
    const attempts = same ? before.attempts + 1 : 1;
    const retryAtMs = this.#deps.clock.now() + backoffMs(fault.class, attempts, this.#deps.random());
    this.#failures.set(item, { fault, attempts, retryAtMs, verb: action.verb, hash: action.item.hash });
  }
}
