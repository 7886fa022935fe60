import type { Clock } from '../../operator/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly serial: number;
  /** Undefined once it has been cancelled: it is passed over when its time comes. */
  callback: (() => void) | undefined;
}

/** A clock that stands until it is told to go on. Timers run in the order of their times, then of their making. */
export class ManualClock implements Clock {
  /** A binary heap: each is due before the two at twice its place and one more. */
  readonly #heap: Timer[] = [];
  #serial = 0;
  #nowMs = Date.UTC(2026, 0, 1);
  #offMs = 0;

  now(): number {
    return this.#nowMs + this.#offMs;
  }

  /** As somebody sets a machine's clock: what waits goes on waiting for as long as it was to. */
  jump(byMs: number): void {
    this.#offMs += byMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + delayMs, serial: ++this.#serial, callback };
    this.#push(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  /** Lets time pass; everything that follows from a timer has happened before the next one runs. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await flush();
    for (let next = this.#heap[0]; next && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      if (!next.callback) continue;
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

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, timer)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const [one, other] = [heap[left], heap[right]];
      if (!one) break;
      const [child, least] = other && isBefore(other, one) ? [right, other] : [left, one];
      if (isBefore(last, least)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

/** Lets everything happen that waits for nothing but other promises. */
export function flush(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.serial < other.serial);
}
