import { setTimeout as delay } from 'node:timers/promises';
import type { TestNetwork } from '../support/test-network.ts';

const lookEveryMs = 500;

/** The largest number of HAProxy's worker processes seen at once, from now until the end. */
export class WorkerCount {
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;
  #most = 0;

  constructor(net: TestNetwork) {
    this.#watching = this.#watch(net);
  }

  async end(): Promise<number> {
    this.#ending.abort();
    await this.#watching;
    return this.#most;
  }

  async #watch(net: TestNetwork): Promise<void> {
    while (!this.#ending.signal.aborted) {
      // While HAProxy reloads its master may not answer; there is another look.
      const workers = await net.haproxy.workers().catch(() => 0);
      this.#most = Math.max(this.#most, workers);
      await delay(lookEveryMs);
    }
  }
}
