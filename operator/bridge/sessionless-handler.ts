import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  ProtocolError,
  Server,
  type Implementation,
  type JSONRPCRequest,
  type McpHttpHandler,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { errorCode, isFields, progressTokenOf, type Fields, type JsonRpcNotification } from './json-rpc.ts';
import type { Multiplexer } from './multiplexer.ts';

/**
 * Serves 2026-07-28 from a child that speaks an earlier revision. The SDK's entry does that revision's own part:
 * the header rules, `server/discover`, `subscriptions/listen` and the form of results. All else goes to the child as it is.
 */
export class SessionlessHandler {
  readonly #child: Multiplexer;
  readonly #mcp: McpHttpHandler;
  readonly #serve: ReturnType<typeof toNodeHandler>;
  /** Requests whose method the child turned out not to know. */
  readonly #unknown = new WeakSet<Request>();
  #listens = 0;
  #stopListening: () => void = () => {};

  constructor(child: Multiplexer) {
    this.#child = child;
    this.#mcp = createMcpHandler(({ requestInfo }) => this.#server(requestInfo), { legacy: 'reject' });
    this.#serve = toNodeHandler({ fetch: (request, options) => this.#fetch(request, options) });
  }

  /** Resolves when the answer is out, which for a subscription may be hours. */
  async handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const stop = isListen(body) ? this.#listen(body.params) : undefined;
    try {
      // Safe: what Node's message has more loosely typed than the SDK's shape of it (`undefined` members) is never set.
      await this.#serve(request as NodeIncomingMessageLike, response, body);
    } finally {
      stop?.();
    }
  }

  close(): Promise<void> {
    return this.#mcp.close();
  }

  /** This revision says "unknown method" with 404; the child's verdict comes too late for the SDK to do so. */
  async #fetch(request: Request, options: Parameters<McpHttpHandler['fetch']>[1]): Promise<Response> {
    const response = await this.#mcp.fetch(request, options);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (isStream || !this.#unknown.has(request)) return response;
    return new Response(response.body, { status: 404, headers: response.headers });
  }

  /** One per request, as the SDK asks; it holds nothing. */
  #server(request: Request | undefined): Server {
    const { serverInfo, capabilities, instructions } = this.#child.facts;
    // Safe: both are the child's own, which the SDK passes on without looking inside.
    const server = new Server(serverInfo as Fields & Implementation, {
      capabilities,
      ...(instructions !== undefined && { instructions }),
    });
    server.fallbackRequestHandler = (message, context) => this.#forward(message, context, request);
    return server;
  }

  #forward(message: JSONRPCRequest, context: ServerContext, request: Request | undefined): Promise<Result> {
    const { signal, notify } = context.mcpReq;
    const progressToken = progressTokenOf(message.params);
    return new Promise((resolve, reject) => {
      const abandon = () => this.#child.cancel(id, 'the client disconnected');
      const id = this.#child.launch(message.method, message.params, {
        ...(progressToken !== undefined && { progressToken }),
        onResponse: ({ result, error }) => {
          signal.removeEventListener('abort', abandon);
          if (error === undefined) return resolve(result ?? {});
          if (error.code === errorCode.methodNotFound && request !== undefined) this.#unknown.add(request);
          reject(new ProtocolError(error.code, error.message, error.data));
        },
        // A client that has just left takes no progress; its abort ends the request.
        onProgress: (params) => void notify({ method: 'notifications/progress', params }).catch(() => {}),
      });
      signal.addEventListener('abort', abandon, { once: true });
    });
  }

  /** Follows the child for as long as somebody listens, and subscribes it to the resources this listener names. */
  #listen(params: Fields): () => void {
    if (this.#listens++ === 0) {
      this.#stopListening = this.#child.subscribe({ onNotice: (notice) => this.#publish(notice) });
    }
    const release = watchedUris(params).map((uri) => this.#child.resources.watch(uri));
    return () => {
      if (--this.#listens === 0) this.#stopListening();
      for (const end of release) end();
    };
  }

  #publish({ method, params }: JsonRpcNotification): void {
    const { notify } = this.#mcp;
    if (method === 'notifications/tools/list_changed') notify.toolsChanged();
    else if (method === 'notifications/prompts/list_changed') notify.promptsChanged();
    else if (method === 'notifications/resources/list_changed') notify.resourcesChanged();
    else if (method === 'notifications/resources/updated') notify.resourceUpdated(String(params?.['uri']));
  }
}

function isListen(body: unknown): body is { params: Fields } {
  return isFields(body) && body['method'] === 'subscriptions/listen' && isFields(body['params']);
}

function watchedUris(params: Fields): string[] {
  const filter = params['notifications'];
  const uris = isFields(filter) ? filter['resourceSubscriptions'] : undefined;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}
