import { asFault, Fault } from '../core/fault.ts';
import type { ItemRef, Observed } from '../core/item.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Logger } from '../ports/logger.ts';
import type { Observation } from './observation.ts';
import { StormGate } from './storm-gate.ts';

export interface WorldDeps {
  readonly drivers: readonly Driver[];
  readonly observation: Observation;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Called with what was found different from before. */
  readonly changed: (items: readonly Observed[]) => void;
  /** Called when enough has been seen for the first time to plan by, see {@link World.blindness}. */
  readonly sighted: () => void;
}

const retryMs = 1_000;

/** Keeps the observation true: complete lists at start, on every reconnect and at every resync; single reads on hints. */
export class World {
  readonly #deps: WorldDeps;
  readonly #listing = new Map<Driver, { promise: Promise<void>; again: boolean }>();
  readonly #unreachable = new Map<string, Fault>();
  readonly #listed = new Set<Driver>();

  constructor(deps: WorldDeps) {
    this.#deps = deps;
  }

  /** Drivers whose part of the world cannot be listed now, by name. */
  get unreachable(): ReadonlyMap<string, Fault> {
    return this.#unreachable;
  }

  /**
   * Why nothing may be planned yet: workloads or routes were never listed, and what is not seen is not absent. Registries
   * are not waited for, since a managed one comes up by the operator's own work.
   */
  get blindness(): Fault | undefined {
    const unseen = this.#deps.drivers.find((driver) => isGround(driver) && !this.#listed.has(driver));
    if (!unseen) return undefined;
    return (
      this.#unreachable.get(unseen.name) ?? new Fault('transient', 'Progressing', `${unseen.name} is being looked at`)
    );
  }

  watch(): void {
    const { drivers, clock, signal } = this.#deps;
    for (const driver of drivers) {
      const gate = new StormGate(clock, () => {
        if (!signal.aborted) void this.list(driver);
      });
      driver.watch((ref) => {
        if (ref === 'all') void this.list(driver);
        else if (gate.passes()) void this.#read(driver, ref);
      }, signal);
    }
  }

  async listAll(): Promise<void> {
    await Promise.all(this.#deps.drivers.map((driver) => this.list(driver)));
  }

  /** One list at a time per driver; a request during a list leads to exactly one more. */
  list(driver: Driver): Promise<void> {
    const running = this.#listing.get(driver);
    if (running) {
      running.again = true;
      return running.promise;
    }
    const state = { promise: Promise.resolve(), again: false };
    state.promise = this.#listUntilFresh(driver, state);
    this.#listing.set(driver, state);
    return state.promise;
  }

  async #listUntilFresh(driver: Driver, state: { again: boolean }): Promise<void> {
    do {
      state.again = false;
      await this.#listOnce(driver);
    } while (state.again && !this.#deps.signal.aborted);
    this.#listing.delete(driver);
  }

  async #listOnce(driver: Driver): Promise<void> {
    const { observation, signal, logger, clock } = this.#deps;
    const mark = observation.mark();
    try {
      const listed = await driver.list(signal);
      if (this.#unreachable.delete(driver.name)) logger.debug('reachable again', { driver: driver.name });
      this.#deps.changed(observation.replace(driver.types, listed, mark));
      const wasBlind = this.blindness !== undefined;
      this.#listed.add(driver);
      if (wasBlind && !this.blindness) this.#deps.sighted();
    } catch (error) {
      if (signal.aborted) return;
      const fault = asFault(error);
      // A part in which nothing was seen yet is probably being started; one that was seen and is gone is news, and so is
      // one without which nothing can be planned.
      const isNews = isGround(driver) || observation.all().some(({ type }) => driver.types.includes(type));
      const level = isNews ? 'warn' : 'debug';
      if (!this.#unreachable.has(driver.name))
        logger[level]('not reachable; what was last seen of it stays in force', {
          driver: driver.name,
          fault: fault.message,
        });
      this.#unreachable.set(driver.name, fault);
      clock.after(retryMs, () => void this.list(driver));
    }
  }

  async #read(driver: Driver, ref: ItemRef): Promise<void> {
    const { observation, signal } = this.#deps;
    try {
      let isNews: boolean | undefined;
      do {
        const [mark, before] = [observation.mark(), observation.get(ref)];
        const now = await driver.read(ref, signal);
        const item = now ?? before;
        isNews = observation.refresh(ref, now, mark);
        if (isNews && item) this.#deps.changed([item]);
      } while (isNews === undefined && !signal.aborted);
    } catch {
      if (!signal.aborted) await this.list(driver);
    }
  }
}

/** What others are built on or reached by. */
function isGround({ types }: Driver): boolean {
  return types.includes('workload') || types.includes('backend');
}
