import type { ServerResponse } from 'node:http';
import { Backlog } from './backlog.ts';
import {
  cancellation,
  errorCode,
  failure,
  isRequest,
  isResponse,
  progressTokenOf,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from './json-rpc.ts';
import { SseStream } from './sse-stream.ts';
import type { Connect, Upstream } from './upstream.ts';

/** The requests of one POST that are still to be answered on its stream. */
interface Exchange {
  readonly stream: SseStream;
  readonly pending: Set<RequestId>;
}

interface Asked {
  readonly exchange: Exchange;
  readonly progressToken: RequestId | undefined;
}

/**
 * One client of the session era and its upstream. Messages pass as they are; the session only decides on which of the
 * client's streams each message of the server goes.
 */
export class Session {
  readonly id: string;
  /** Resolves with the reason when the session is over, by whichever side; its upstream may still be ending. */
  readonly ended: Promise<string>;
  /** Tells whether something is going on: a request in flight or an open stream. */
  onBusyChange: (busy: boolean) => void = () => {};
  readonly #upstream: Upstream;
  readonly #asked = new Map<RequestId, Asked>();
  readonly #backlog = new Backlog();
  #standing: SseStream | undefined;
  #awaitInitialize: ((response: JsonRpcResponse) => void) | undefined;
  #over = false;
  #resolveEnded: (reason: string) => void = () => {};

  constructor(id: string, connect: Connect) {
    this.id = id;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#upstream = connect(
      { onMessage: (message, json) => this.#route(message, json), onClosed: (reason) => this.#close(`the server process ${reason}`) },
      id.slice(0, 8),
    );
  }

  get busy(): boolean {
    return this.#awaitInitialize !== undefined || this.#asked.size > 0 || this.#standing !== undefined;
  }

  get congested(): boolean {
    return this.#upstream.congested;
  }

  get hasStandingStream(): boolean {
    return this.#standing !== undefined;
  }

  isInFlight(id: RequestId): boolean {
    return this.#asked.has(id);
  }

  /** Sends the client's `initialize`: the server's answer, or the reason why the session ended without one. */
  initialize(request: JsonRpcRequest, json: string | undefined): Promise<JsonRpcResponse | string> {
    return new Promise((resolve) => {
      this.#awaitInitialize = resolve;
      void this.ended.then(resolve);
      this.onBusyChange(true);
      this.#upstream.send(request, json);
    });
  }

  /** Passes on a POST without requests: notices, and answers to the server's requests. */
  tell(messages: readonly JsonRpcMessage[], json: string | undefined): void {
    for (const message of messages) {
      this.#upstream.send(message, json);
      if ('method' in message && message.method === 'notifications/cancelled') this.#forget(message.params?.['requestId']);
    }
    this.#reportBusy();
  }

  /** Passes on a POST with requests and streams what belongs to them until the last is answered. */
  ask(messages: readonly JsonRpcMessage[], json: string | undefined, response: ServerResponse): void {
    const pending = new Set(messages.filter(isRequest).map(({ id }) => id));
    const stream = new SseStream(response, this.#headers(), () => this.#abandon(exchange));
    const exchange: Exchange = { stream, pending };
    for (const message of messages) {
      if (isRequest(message)) this.#asked.set(message.id, { exchange, progressToken: progressTokenOf(message.params) });
    }
    this.#reportBusy();
    this.#backlog.drainTo(stream);
    for (const message of messages) this.#upstream.send(message, json);
  }

  /** Opens the client's standing stream (GET) for what the server says unasked. */
  listen(response: ServerResponse): void {
    const stream = new SseStream(response, this.#headers(), () => {
      if (this.#standing === stream) this.#standing = undefined;
      this.#reportBusy();
    });
    this.#standing = stream;
    this.#reportBusy();
    this.#backlog.drainTo(stream);
  }

  /** Resolves when the upstream is gone. */
  async end(reason: string): Promise<void> {
    this.#close(reason);
    await this.#upstream.end();
  }

  #headers(): Record<string, string> {
    return { 'mcp-session-id': this.id };
  }

  #route(message: JsonRpcMessage, json: string): void {
    if (this.#over) return;
    if (isResponse(message)) this.#answer(message, json);
    else this.#write(this.#streamFor(message), json);
  }

  #answer(response: JsonRpcResponse, json: string): void {
    if (this.#awaitInitialize !== undefined) {
      this.#awaitInitialize(response);
      this.#awaitInitialize = undefined;
      this.#reportBusy();
      return;
    }
    const asked = response.id === null ? undefined : this.#asked.get(response.id);
    if (asked === undefined) return;
    this.#write(asked.exchange.stream, json);
    this.#forget(response.id);
  }

  /**
   * Progress goes where its request came from. Stdio does not say what anything else belongs to: with one exchange
   * open it goes there, in order with the answer; else to the standing stream, else to the latest exchange.
   */
  #streamFor(message: JsonRpcMessage): SseStream | undefined {
    if ('method' in message && message.method === 'notifications/progress') {
      const token = message.params?.['progressToken'];
      for (const asked of this.#asked.values()) {
        if (asked.progressToken !== undefined && asked.progressToken === token) return asked.exchange.stream;
      }
    }
    const streams = new Set([...this.#asked.values()].map(({ exchange }) => exchange.stream));
    if (streams.size === 1 || this.#standing === undefined) return [...streams].at(-1);
    return this.#standing;
  }

  #write(stream: SseStream | undefined, json: string): void {
    if (stream === undefined) {
      this.#backlog.add(json);
      return;
    }
    stream.message(json);
    if (!stream.congested) return;
    this.#upstream.pause();
    stream.onceDrained(() => this.#upstream.resume());
  }

  /** The request is settled; its exchange ends with the last one. */
  #forget(id: unknown): void {
    const asked = this.#asked.get(id as RequestId);
    if (asked === undefined) return;
    this.#asked.delete(id as RequestId);
    asked.exchange.pending.delete(id as RequestId);
    if (asked.exchange.pending.size === 0) asked.exchange.stream.end();
    this.#reportBusy();
  }

  /** The client left before it was answered: without an event store nobody could ever get these answers. */
  #abandon({ pending }: Exchange): void {
    for (const id of pending) {
      this.#asked.delete(id);
      if (!this.#over) this.#upstream.send(cancellation(id, 'the client disconnected'));
    }
    pending.clear();
    this.#reportBusy();
  }

  #reportBusy(): void {
    if (!this.#over) this.onBusyChange(this.busy);
  }

  #close(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const [id, { exchange }] of this.#asked) {
      exchange.stream.message(JSON.stringify(failure(id, errorCode.internal, reason)));
    }
    for (const { exchange } of this.#asked.values()) exchange.stream.end();
    this.#standing?.end();
    this.#resolveEnded(reason);
  }
}
