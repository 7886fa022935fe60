import { availableParallelism } from 'node:os';

/** A start that takes longer than this no longer keeps the next one waiting: it waits for something else than the processor. */
const maxHoldMs = 2_000;

/**
 * Lets as many processes start at once as there are processors, first come first served. All at once they would all be
 * ready only at the end of the whole; this way the average client waits half as long and the last one no longer.
 */
export class StartGate {
  readonly #waiting: (() => void)[] = [];
  #free = Math.max(2, availableParallelism());

  /** Resolves when it is one's turn, which ends with `done` or after two seconds. */
  async enter(done: Promise<unknown>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, maxHoldMs).unref()));
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
