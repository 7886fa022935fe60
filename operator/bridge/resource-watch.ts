import type { Multiplexer } from './multiplexer.ts';

/** Counts who watches a resource at a shared child, so that the last one to go ends the subscription and nobody else's. */
export class ResourceWatch {
  readonly #multiplexer: Multiplexer;
  readonly #holders = new Map<string, number>();

  constructor(multiplexer: Multiplexer) {
    this.#multiplexer = multiplexer;
  }

  /** Counts one more holder of a subscription the child has granted. */
  hold(uri: string): void {
    this.#holders.set(uri, (this.#holders.get(uri) ?? 0) + 1);
  }

  /** Asks the child for the subscription and counts at once. Returns what releases it. */
  watch(uri: string): () => void {
    this.hold(uri);
    this.#multiplexer.launch('resources/subscribe', { uri }, { onResponse: () => {} });
    return () => this.release(uri);
  }

  release(uri: string): void {
    const left = (this.#holders.get(uri) ?? 1) - 1;
    if (left > 0) {
      this.#holders.set(uri, left);
      return;
    }
    this.#holders.delete(uri);
    if (this.#multiplexer.alive) this.#multiplexer.launch('resources/unsubscribe', { uri }, { onResponse: () => {} });
  }
}
