import type { Clock } from '../../ports/clock.ts';

export interface RoundsDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Between two that went well. */
  readonly intervalMs: number;
  /** Resolves with whether it went well. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
}

/** Many operators must not ask at the same moment. */
const jitter = 0.1;
const firstRetryMs = 1_000;
const longestRetryMs = 600_000;

/** Something done again and again: one at a time, sooner when asked to, with growing pauses while it fails. */
export class Rounds {
  readonly #deps: RoundsDeps;
  #signal: AbortSignal | undefined;
  #cancel: () => void = () => undefined;
  #isRunning = false;
  #again = false;
  #failures = 0;

  constructor(deps: RoundsDeps) {
    this.#deps = deps;
  }

  get isGoing(): boolean {
    return this.#signal !== undefined && !this.#signal.aborted;
  }

  start(signal: AbortSignal): void {
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      this.#cancel();
    });
    this.now();
  }

  /** During a round: exactly once more afterwards. */
  now(): void {
    if (!this.isGoing) return;
    if (this.#isRunning) this.#again = true;
    else void this.#run();
  }

  async #run(): Promise<void> {
    const signal = this.#signal;
    if (!signal || signal.aborted) return;
    this.#cancel();
    this.#isRunning = true;
    this.#again = false;
    const wasGood = await this.#deps.round(signal);
    this.#isRunning = false;
    this.#failures = wasGood ? 0 : this.#failures + 1;
    if (this.#again) this.now();
    else if (this.isGoing)
      this.#cancel = this.#deps.clock.after(this.#pauseMs(), () => {
        this.now();
      });
  }

  #pauseMs(): number {
    const { intervalMs, random } = this.#deps;
    const spread = 1 - jitter + 2 * jitter * random();
    if (this.#failures === 0) return intervalMs * spread;
    const retryMs = Math.min(firstRetryMs * 2 ** (this.#failures - 1), longestRetryMs);
    return Math.max(retryMs, this.#failures > 3 ? intervalMs : 0) * spread;
  }
}
