import type { Clock } from '../../operator/ports/clock.ts';
import type { Driver } from '../../operator/ports/driver.ts';
import type { Source } from '../../operator/ports/source.ts';
import { never } from './line.ts';
import type { ManualClock } from './manual-clock.ts';

/**
 * One process of an operator. Everything that it hears and does goes through here, so that it can end as a process does
 * that is killed: no timer of it runs any more, no answer reaches it, and what its last lines of code call does nothing.
 */
export class Life {
  readonly clock: Clock;
  /** Identifies the process to those it calls. It aborts when the process ends. */
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();

  constructor(clock: ManualClock) {
    this.signal = this.#abort.signal;
    this.clock = {
      now: () => clock.now(),
      after: (delayMs, callback) =>
        clock.after(
          delayMs,
          this.heard(() => {
            callback();
          }),
        ),
    };
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  end(): void {
    // Without a reason an error would be made, and thousands of lives end in a simulation.
    this.#abort.abort('killed');
  }

  /** What this process asks of the world: nothing, once it is over, and then nothing comes back. */
  asked<Args extends unknown[], Result>(ask: (...args: Args) => Promise<Result>): (...args: Args) => Promise<Result> {
    return async (...args) => {
      if (this.isOver) return never;
      try {
        return await ask(...args);
      } finally {
        if (this.isOver) await never;
      }
    };
  }

  /** What the world tells this process: it hears nothing, once it is over. */
  heard<Args extends unknown[]>(hear: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      if (!this.isOver) hear(...args);
    };
  }

  driver(driver: Driver): Driver {
    return {
      name: driver.name,
      types: driver.types,
      list: this.asked(() => driver.list(this.signal)),
      read: this.asked((ref) => driver.read(ref, this.signal)),
      apply: this.asked((action) => driver.apply(action, this.signal)),
      watch: (hint, signal) => {
        driver.watch(this.heard(hint), AbortSignal.any([signal, this.signal]));
      },
    };
  }

  source(source: Source): Source {
    return {
      name: source.name,
      scan: this.asked(() => source.scan()),
      ...(source.read && { read: this.asked(source.read.bind(source)) }),
      watch: (changed, signal) => {
        source.watch(this.heard(changed), signal);
      },
    };
  }
}
