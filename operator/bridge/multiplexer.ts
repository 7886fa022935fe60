import type { Child } from './child.ts';
import {
  cancellation,
  errorCode,
  failure,
  isRequest,
  isResponse,
  parseMessage,
  progressTokenOf,
  type Fields,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type RequestId,
} from './json-rpc.ts';
import { latestLegacyVersion } from './protocol-version.ts';
import { ResourceWatch } from './resource-watch.ts';
import { serverFactsIn, type ServerFacts } from './server-facts.ts';
import { Turnstile } from './turnstile.ts';

/** One request at the child, in the words of whoever asked. */
export interface Flight {
  readonly progressToken?: RequestId;
  onResponse(response: JsonRpcResponse): void;
  onProgress?(params: Fields): void;
}

/** What concerns no single request. */
export interface ChildListener {
  onNotice(notice: JsonRpcNotification): void;
  onClosed?(reason: string): void;
}

/**
 * Many askers at one initialized child. Every request gets an id of the child's own connection and every progress token
 * is that id, so that an answer finds its asker and nobody else. Notices without an addressee go to `subscribe`rs, which
 * decide by method; requests by the child are refused, because no single client could be meant.
 */
export class Multiplexer {
  /** Why the child is gone. For those who live as long as it does; see `subscribe` for the others. */
  readonly closed: Promise<string>;
  readonly resources = new ResourceWatch(this);
  readonly #child: Child;
  readonly #turnstile: Turnstile;
  readonly #flights = new Map<RequestId, Flight>();
  readonly #listeners = new Set<ChildListener>();
  #facts: ServerFacts = { protocolVersion: latestLegacyVersion, capabilities: {}, serverInfo: {} };
  #lastId = 0;
  #idSeen = 0;

  private constructor(child: Child, mostAtOnce: number) {
    this.#child = child;
    this.#turnstile = new Turnstile(mostAtOnce);
    child.onLine = (line) => this.#receive(line);
    this.closed = child.exited.then((reason) => this.#fail(reason));
  }

  /**
   * Shakes hands with `child`, which then gets at most `mostAtOnce` requests at once (0: no limit). Rejects with the reason, the child ended, when it
   * does not speak MCP in time.
   */
  static async initialize(child: Child, timeoutMs: number, mostAtOnce = 0): Promise<Multiplexer> {
    const multiplexer = new Multiplexer(child, mostAtOnce);
    const params = { protocolVersion: latestLegacyVersion, capabilities: {}, clientInfo: bridgeInfo };
    try {
      multiplexer.#facts = serverFactsIn(await multiplexer.ask('initialize', params, AbortSignal.timeout(timeoutMs)));
    } catch (error) {
      await child.end();
      throw error;
    }
    multiplexer.notify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return multiplexer;
  }

  get facts(): ServerFacts {
    return this.#facts;
  }

  get alive(): boolean {
    return this.#child.alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get congested(): boolean {
    return this.#child.congested;
  }

  /** True when nobody used it since the last call and nobody does now. */
  takeIdle(): boolean {
    const idle = this.#flights.size === 0 && this.#listeners.size === 0 && this.#lastId === this.#idSeen;
    this.#idSeen = this.#lastId;
    return idle;
  }

  /** Sends a request and returns the id it has at the child, by which it can be cancelled. */
  launch(method: string, params: Fields | undefined, flight: Flight): RequestId {
    const id = ++this.#lastId;
    this.#flights.set(id, flight);
    const line = JSON.stringify({ jsonrpc: '2.0', id, method, ...withToken(params, id, flight.progressToken) });
    // A ping asks whether the process lives: it must not wait behind the work.
    if (method === 'ping') this.#child.send(line);
    else this.#turnstile.enter(id, () => this.#child.send(line));
    return id;
  }

  /** Tells the child to stop and forgets the asker: whatever still comes is dropped. */
  cancel(id: RequestId, reason: string): void {
    const wasSent = this.#turnstile.leave(id);
    if (this.#flights.delete(id) && wasSent) this.notify(cancellation(id, reason));
  }

  notify(notice: JsonRpcNotification): void {
    this.#child.send(JSON.stringify(notice));
  }

  /** Returns what ends it. */
  subscribe(listener: ChildListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One request of the bridge's own and its answer, whichever it is. Rejects when the child dies or `signal` aborts. */
  ask(method: string, params: Fields | undefined, signal: AbortSignal): Promise<JsonRpcResponse> {
    return new Promise((resolve, reject) => {
      const abandon = () => {
        // Forgotten without a `cancelled` notice: neither `initialize` nor a ping may be cancelled.
        this.#flights.delete(id);
        reject(new Error(`the server process does not answer ${method}`));
      };
      const id = this.launch(method, params, {
        onResponse: (response) => {
          signal.removeEventListener('abort', abandon);
          if (this.alive) resolve(response);
          else reject(new Error(response.error?.message));
        },
      });
      signal.addEventListener('abort', abandon, { once: true });
    });
  }

  end(): Promise<void> {
    return this.#child.end();
  }

  #receive(line: string): void {
    const message = parseMessage(line);
    if (message === undefined) return;
    if (isResponse(message)) {
      const flight = message.id === null ? undefined : this.#flights.get(message.id);
      if (flight === undefined || message.id === null) return;
      this.#flights.delete(message.id);
      this.#turnstile.leave(message.id);
      flight.onResponse(message);
    } else if (isRequest(message)) {
      this.#child.send(JSON.stringify(answerToChild(message)));
    } else if (message.method === 'notifications/progress') {
      this.#progress(message.params);
    } else {
      for (const listener of this.#listeners) listener.onNotice(message);
    }
  }

  #progress(params: Fields | undefined): void {
    const token = params?.['progressToken'];
    const flight = typeof token === 'number' ? this.#flights.get(token) : undefined;
    if (flight?.progressToken === undefined) return;
    flight.onProgress?.({ ...params, progressToken: flight.progressToken });
  }

  #fail(reason: string): string {
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    for (const flight of flights) flight.onResponse(failure(null, errorCode.internal, `the server process ${reason}`));
    for (const listener of this.#listeners) listener.onClosed?.(reason);
    return reason;
  }
}

const bridgeInfo = { name: 'mcpnet-bridge', version: '1' };

function answerToChild({ id, method }: JsonRpcRequest): JsonRpcResponse {
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  const message = `${method} is not available: several clients share this server process (use isolation "session")`;
  return failure(id, errorCode.methodNotFound, message);
}

function withToken(params: Fields | undefined, id: RequestId, asked: RequestId | undefined): { params?: Fields } {
  if (params === undefined) return {};
  if (asked === undefined || progressTokenOf(params) === undefined) return { params };
  // Safe: progressTokenOf found the token inside an object.
  return { params: { ...params, _meta: { ...(params['_meta'] as Fields), progressToken: id } } };
}
