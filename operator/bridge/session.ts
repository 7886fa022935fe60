import type { ServerResponse } from 'node:http';
import { Backlog } from './backlog.ts';
import { EarlyCancellations } from './early-cancellations.ts';
import { Exchanges } from './exchanges.ts';
import {
  cancellation,
  errorCode,
  failure,
  isRequest,
  isRequestId,
  isResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
} from './json-rpc.ts';
import { SseStream } from './sse-stream.ts';
import type { Connect, Upstream } from './upstream.ts';

const maxInFlight = 256;

/**
 * One client of the session era and its upstream. Messages pass as they are; the session only decides on which of the
 * client's streams each message of the server goes.
 */
export class Session {
  readonly id: string;
  /** Resolves with the reason when the session is over, by whichever side; its upstream may still be ending. */
  readonly ended: Promise<string>;
  /** Told after every sign of life whether something is going on: a request in flight or an open stream. */
  onActivity: (busy: boolean) => void = () => {};
  readonly #upstream: Upstream;
  readonly #exchanges = new Exchanges();
  readonly #backlog = new Backlog();
  readonly #early = new EarlyCancellations();
  #standing: SseStream | undefined;
  #awaitInitialize: ((response: JsonRpcResponse) => void) | undefined;
  #over = false;
  #resolveEnded: (reason: string) => void = () => {};

  constructor(id: string, connect: Connect) {
    this.id = id;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#upstream = connect(
      {
        onMessage: (message, json) => this.#route(message, json),
        onClosed: (reason) => this.#close(`the server process ${reason}`),
      },
      id.slice(0, 8),
    );
  }

  get busy(): boolean {
    return this.#awaitInitialize !== undefined || this.#exchanges.size > 0 || this.#standing !== undefined;
  }

  /** True while more would only pile up, at the server or here. */
  get congested(): boolean {
    return this.#upstream.congested || this.#exchanges.size >= maxInFlight;
  }

  get hasStandingStream(): boolean {
    return this.#standing !== undefined;
  }

  isInFlight({ id }: JsonRpcRequest): boolean {
    return this.#exchanges.has(id);
  }

  /** Sends the client's `initialize`: the server's answer, or the reason why the session ended without one. */
  initialize(request: JsonRpcRequest, json: string | undefined): Promise<JsonRpcResponse | string> {
    return new Promise((resolve) => {
      this.#awaitInitialize = resolve;
      void this.ended.then(resolve);
      this.#reportActivity();
      this.#upstream.send(request, json);
    });
  }

  /** Passes on a POST without requests: notices, and answers to the server's requests. */
  tell(messages: readonly JsonRpcMessage[], json: string | undefined): void {
    for (const message of messages) {
      this.#upstream.send(message, json);
      const cancelled =
        'method' in message && message.method === 'notifications/cancelled' && message.params?.['requestId'];
      if (!isRequestId(cancelled)) continue;
      if (!this.#exchanges.has(cancelled)) this.#early.add(cancelled);
      // The server need not answer what was cancelled, and the client does not wait for it.
      this.#exchanges.settle(cancelled);
    }
    this.#reportActivity();
  }

  /** Passes on a POST with requests and streams what belongs to them until the last is answered. */
  ask(messages: readonly JsonRpcMessage[], json: string | undefined, response: ServerResponse): void {
    const stream = new SseStream(response, { 'mcp-session-id': this.id }, () => this.#abandon(stream));
    this.#exchanges.add(messages, stream);
    this.#reportActivity();
    this.#backlog.drainTo(stream);
    for (const message of messages) {
      if (isRequest(message) && this.#early.take(message.id)) this.#exchanges.settle(message.id);
      else this.#upstream.send(message, json);
    }
  }

  /** Opens the client's standing stream (GET) for what the server says unasked. */
  listen(response: ServerResponse): void {
    const stream = new SseStream(response, { 'mcp-session-id': this.id }, () => {
      if (this.#standing === stream) this.#standing = undefined;
      this.#reportActivity();
    });
    this.#standing = stream;
    this.#reportActivity();
    this.#backlog.drainTo(stream);
  }

  /** Resolves when the upstream is gone; idempotent. */
  async end(reason: string): Promise<void> {
    this.#close(reason);
    await this.#upstream.end();
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
    } else if (response.id !== null) {
      const stream = this.#exchanges.streamOf(response.id);
      if (stream !== undefined) this.#write(stream, json);
      this.#exchanges.settle(response.id);
    }
    this.#reportActivity();
  }

  /**
   * Progress goes where its request came from. Stdio does not say what anything else belongs to: with one exchange
   * open it goes there, in order with the answer; else to the standing stream, else to the latest exchange.
   */
  #streamFor(message: JsonRpcRequest | JsonRpcNotification): SseStream | undefined {
    if (message.method === 'notifications/progress') {
      const stream = this.#exchanges.streamForProgress(message.params?.['progressToken']);
      if (stream !== undefined) return stream;
    }
    const streams = this.#exchanges.streams();
    return streams.length === 1 || this.#standing === undefined ? streams.at(-1) : this.#standing;
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

  /** The client left before it was answered: without an event store nobody could ever get these answers. */
  #abandon(stream: SseStream): void {
    for (const id of this.#exchanges.abandon(stream)) {
      if (!this.#over) this.#upstream.send(cancellation(id, 'the client disconnected'));
    }
    this.#reportActivity();
  }

  #reportActivity(): void {
    if (!this.#over) this.onActivity(this.busy);
  }

  #close(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const id of this.#exchanges.ids()) {
      this.#exchanges.streamOf(id)?.message(JSON.stringify(failure(id, errorCode.internal, reason)));
      this.#exchanges.settle(id);
    }
    this.#standing?.end();
    this.#resolveEnded(reason);
  }
}
