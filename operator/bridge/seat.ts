import {
  isNotification,
  isRequest,
  progressTokenOf,
  type Fields,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from './json-rpc.ts';
import type { Multiplexer } from './multiplexer.ts';
import { sharedVersionFor } from './protocol-version.ts';
import type { Upstream, UpstreamListener } from './upstream.ts';

/**
 * One session's place at a shared child. It sees the answers, the progress and the resource updates it asked for, and
 * the lists' changes, which concern everyone. Log messages name no request, so they are given to nobody.
 */
export class Seat implements Upstream {
  readonly #multiplexer: Multiplexer;
  readonly #listener: UpstreamListener;
  readonly #idAtChild = new Map<RequestId, RequestId>();
  readonly #uris = new Set<string>();
  readonly #unsubscribe: () => void;
  #ended = false;

  constructor(multiplexer: Multiplexer, listener: UpstreamListener) {
    this.#multiplexer = multiplexer;
    this.#listener = listener;
    this.#unsubscribe = multiplexer.subscribe({
      onNotice: (notice) => this.#onNotice(notice),
      onClosed: (reason) => listener.onClosed(reason),
    });
  }

  get congested(): boolean {
    return this.#multiplexer.congested;
  }

  send(message: JsonRpcMessage): void {
    if (isRequest(message)) this.#request(message);
    else if (isNotification(message) && message.method === 'notifications/cancelled') this.#cancel(message.params);
    // Other notices tell about this client only (initialized, roots), and a shared child has no use for them.
  }

  /** Nothing to do: one slow client must not slow the others. Its stream is cut when it lags too far behind. */
  pause(): void {}
  resume(): void {}

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#unsubscribe();
    for (const id of this.#idAtChild.values()) this.#multiplexer.cancel(id, 'the session ended');
    this.#idAtChild.clear();
    for (const uri of this.#uris) this.#multiplexer.resources.release(uri);
    this.#uris.clear();
  }

  #request(request: JsonRpcRequest): void {
    const { method, params } = request;
    const uri = typeof params?.['uri'] === 'string' ? params['uri'] : undefined;
    if (method === 'initialize') this.#reply(request.id, this.#initializeResult(params));
    // The level is one per connection to the child; no session may set it for the others.
    else if (method === 'logging/setLevel') this.#reply(request.id, {});
    else if (method === 'resources/unsubscribe' && uri !== undefined) this.#unwatch(request.id, uri);
    else this.#forward(request, method === 'resources/subscribe' ? uri : undefined);
  }

  #forward({ id, method, params }: JsonRpcRequest, subscribedUri: string | undefined): void {
    const progressToken = progressTokenOf(params);
    const idAtChild = this.#multiplexer.launch(method, params, {
      ...(progressToken !== undefined && { progressToken }),
      onResponse: (response) => {
        this.#idAtChild.delete(id);
        if (subscribedUri !== undefined && response.error === undefined) this.#watched(subscribedUri);
        this.#deliver({ ...response, id });
      },
      onProgress: (progress) => this.#deliver({ jsonrpc: '2.0', method: 'notifications/progress', params: progress }),
    });
    this.#idAtChild.set(id, idAtChild);
  }

  #watched(uri: string): void {
    if (this.#uris.has(uri)) return;
    this.#uris.add(uri);
    this.#multiplexer.resources.hold(uri);
  }

  #unwatch(id: RequestId, uri: string): void {
    if (this.#uris.delete(uri)) this.#multiplexer.resources.release(uri);
    this.#reply(id, {});
  }

  #cancel(params: Fields | undefined): void {
    const id = params?.['requestId'] as RequestId;
    const idAtChild = this.#idAtChild.get(id);
    if (idAtChild === undefined) return;
    this.#idAtChild.delete(id);
    const reason = params?.['reason'];
    this.#multiplexer.cancel(idAtChild, typeof reason === 'string' ? reason : 'cancelled by the client');
  }

  #onNotice(notice: JsonRpcNotification): void {
    const { method, params } = notice;
    const concerns = method.endsWith('/list_changed')
      ? true
      : method === 'notifications/resources/updated' && this.#uris.has(String(params?.['uri']));
    if (concerns) this.#deliver(notice);
  }

  #initializeResult(params: Fields | undefined): Fields {
    const { facts } = this.#multiplexer;
    return { ...facts, protocolVersion: sharedVersionFor(params?.['protocolVersion'], facts.protocolVersion) };
  }

  /** Deferred, so that an answer never comes before the call that asked for it returns. */
  #reply(id: RequestId, result: Fields): void {
    queueMicrotask(() => this.#deliver({ jsonrpc: '2.0', id, result }));
  }

  #deliver(message: JsonRpcMessage): void {
    if (!this.#ended) this.#listener.onMessage(message, JSON.stringify(message));
  }
}
