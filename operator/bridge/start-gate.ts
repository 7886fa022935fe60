import { availableParallelism } from 'node:os';

/**
 * Lets as many processes start at once as there are processors, first come first served. All at once they would all be
 * ready only at the end of the whole; this way the average client waits half as long and the last one no longer.
 */
export class StartGate {
  readonly #waiting: (() => void)[] = [];
  readonly #maxHoldMs: number;
  #free: number;

  /** A start that takes longer than `maxHoldMs` waits for something else than the processor and keeps nobody waiting. */
  constructor(places = Math.max(2, availableParallelism()), maxHoldMs = 2_000) {
    this.#free = places;
    this.#maxHoldMs = maxHoldMs;
  }

  /** Resolves when it is one's turn, which ends with `done`, or when it has taken too long. */
  async enter(done: Promise<unknown>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, this.#maxHoldMs).unref()));
    void Promise.race([done, late]).then(() => {
      clearTimeout(timer);
      this.#leave();
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
