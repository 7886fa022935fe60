import { isRequest, progressTokenOf, type JsonRpcMessage, type RequestId } from './json-rpc.ts';
import type { SseStream } from './sse-stream.ts';

interface Asked {
  readonly stream: SseStream;
  readonly progressToken: RequestId | undefined;
}

/** Which request of a session is still to be answered, and on which stream: the one of the POST that brought it. */
export class Exchanges {
  readonly #asked = new Map<RequestId, Asked>();

  get size(): number {
    return this.#asked.size;
  }

  has(id: RequestId): boolean {
    return this.#asked.has(id);
  }

  add(messages: readonly JsonRpcMessage[], stream: SseStream): void {
    for (const message of messages) {
      if (isRequest(message)) this.#asked.set(message.id, { stream, progressToken: progressTokenOf(message.params) });
    }
  }

  streamOf(id: RequestId): SseStream | undefined {
    return this.#asked.get(id)?.stream;
  }

  streamForProgress(token: unknown): SseStream | undefined {
    if (token === undefined) return undefined;
    return [...this.#asked.values()].find(({ progressToken }) => progressToken === token)?.stream;
  }

  /** The open streams, oldest first. */
  streams(): SseStream[] {
    return [...new Set([...this.#asked.values()].map(({ stream }) => stream))];
  }

  /** Forgets a request; its stream ends with its last one. */
  settle(id: RequestId): void {
    const stream = this.#asked.get(id)?.stream;
    if (stream === undefined) return;
    this.#asked.delete(id);
    if (!this.streams().includes(stream)) stream.end();
  }

  /** Forgets what was to be answered on a stream that is gone, and says what that was. */
  abandon(stream: SseStream): RequestId[] {
    const lost = [...this.#asked].filter(([, asked]) => asked.stream === stream).map(([id]) => id);
    for (const id of lost) this.#asked.delete(id);
    return lost;
  }

  ids(): RequestId[] {
    return [...this.#asked.keys()];
  }
}
