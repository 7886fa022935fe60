import type { Clock } from '../../../operator/ports/clock.ts';

interface Parked {
  readonly atMs: number;
  readonly callback: () => void;
}

const longestRealMs = 2_000;

/** Short delays pass in real time; for long ones time is turned forward, so that a week fits into a minute. */
export class BenchClock implements Clock {
  readonly #parked = new Set<Parked>();
  #aheadMs = 0;

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs <= longestRealMs) {
      const timer = setTimeout(callback, delayMs);
      return () => {
        clearTimeout(timer);
      };
    }
    const parked = { atMs: this.now() + delayMs, callback };
    this.#parked.add(parked);
    return () => this.#parked.delete(parked);
  }

  /** Turns time forward and calls back what is due by then. */
  forward(byMs: number): void {
    this.#aheadMs += byMs;
    const due = [...this.#parked].filter(({ atMs }) => atMs <= this.now());
    for (const parked of due.sort((left, right) => left.atMs - right.atMs)) {
      this.#parked.delete(parked);
      parked.callback();
    }
  }
}
