import type { Clock } from '../../operator/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands until it is told to go on. Timers run in the order of their times, then of their making. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass; everything that follows from a timer has happened before the next one runs. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await flush();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await flush();
    }
    this.#nowMs = untilMs;
  }

  /** Resolves when so much time has passed. */
  pass(delayMs: number): Promise<void> {
    return delayMs <= 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.after(delayMs, resolve);
        });
  }

  #next(untilMs: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.atMs <= untilMs && (!earliest || timer.atMs < earliest.atMs)) earliest = timer;
    return earliest;
  }
}

/** Lets everything happen that waits for nothing but other promises. */
export function flush(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
