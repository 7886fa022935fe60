import type { ServerResponse } from 'node:http';
import { isFields } from './json-rpc.ts';

/** How many requests of clients wait for their answer. Streams that stand open for what may come are none. */
export class RequestCount {
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Counts the POST that brought `body` until its answer is out or its client has left. */
  track(body: unknown, response: ServerResponse): void {
    if (response.closed || isListen(body)) return;
    this.#size += 1;
    response.once('close', () => (this.#size -= 1));
  }
}

/** What GET is to a session, `subscriptions/listen` is to 2026-07-28. */
function isListen(body: unknown): boolean {
  return isFields(body) && body['method'] === 'subscriptions/listen';
}
