import type { RequestId } from './json-rpc.ts';

const rememberedMs = 2_000;
const most = 256;

/**
 * Cancellations that overtook their request: either comes with a POST of its own, and nothing keeps two in order. Kept for
 * a moment only, since a late one, of what is answered already, must not stop a request that comes to have the same id.
 */
export class EarlyCancellations {
  readonly #atMs = new Map<RequestId, number>();

  add(id: RequestId): void {
    this.#atMs.delete(id);
    this.#atMs.set(id, performance.now());
    const [oldest] = this.#atMs.keys();
    if (this.#atMs.size > most && oldest !== undefined) this.#atMs.delete(oldest);
  }

  /** Whether this request was cancelled before it came. */
  take(id: RequestId): boolean {
    const atMs = this.#atMs.get(id);
    this.#atMs.delete(id);
    return atMs !== undefined && performance.now() - atMs < rememberedMs;
  }
}
