import type { Clock } from '../ports/clock.ts';

const windowMs = 1_000;
/** Far more than a deploy of many services makes, and few enough to be read one by one. */
const mostPerWindow = 200;

/**
 * Lets hints through until too many come within a second; what comes then is made up for at the end of that second, all
 * at once. So a storm of events costs a list, not a read and a pass for each.
 */
export class StormGate {
  readonly #clock: Clock;
  /** Called at the end of a window in which hints were held back. */
  readonly #makeUp: () => void;
  #windowAtMs = 0;
  #passed = 0;
  #isHolding = false;

  constructor(clock: Clock, makeUp: () => void) {
    this.#clock = clock;
    this.#makeUp = makeUp;
  }

  /** Whether a hint may be followed now. */
  passes(): boolean {
    if (this.#isHolding) return false;
    const nowMs = this.#clock.now();
    if (nowMs - this.#windowAtMs >= windowMs || nowMs < this.#windowAtMs) {
      this.#windowAtMs = nowMs;
      this.#passed = 0;
    }
    if (++this.#passed <= mostPerWindow) return true;
    this.#isHolding = true;
    this.#clock.after(this.#windowAtMs + windowMs - nowMs, () => {
      this.#isHolding = false;
      this.#makeUp();
    });
    return false;
  }
}
