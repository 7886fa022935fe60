import type { RequestId } from './json-rpc.ts';

/** Lets so many requests through to the child at once; the others wait in the order in which they came. */
export class Turnstile {
  readonly #most: number;
  readonly #inside = new Set<RequestId>();
  readonly #waiting = new Map<RequestId, () => void>();

  /** @param most 0 for no limit */
  constructor(most: number) {
    this.#most = most;
  }

  enter(id: RequestId, send: () => void): void {
    if (this.#most === 0) return send();
    this.#waiting.set(id, send);
    this.#admit();
  }

  /** The request is answered or given up. Returns whether it had been sent. */
  leave(id: RequestId): boolean {
    const wasWaiting = this.#waiting.delete(id);
    if (this.#inside.delete(id)) this.#admit();
    return !wasWaiting;
  }

  #admit(): void {
    for (const [id, send] of this.#waiting) {
      if (this.#inside.size >= this.#most) return;
      this.#waiting.delete(id);
      this.#inside.add(id);
      send();
    }
  }
}
