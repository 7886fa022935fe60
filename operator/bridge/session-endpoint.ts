import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCode, isFields, isRequest, asMessage, type JsonRpcMessage, type JsonRpcRequest } from './json-rpc.ts';
import { isModernVersion, legacyVersions } from './protocol-version.ts';
import { refuse, replyJson, type Refusal } from './reply.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';

const maxBatch = 100;
const initializeTimeoutMs = 60_000;

/** Streamable HTTP with sessions, as the revisions 2025-03-26 to 2025-11-25 define it ("Transports"). */
export class SessionEndpoint {
  readonly #sessions: SessionTable;

  constructor(sessions: SessionTable) {
    this.#sessions = sessions;
  }

  /** `text` is the body that was read and `body` what it says. */
  async post(request: IncomingMessage, response: ServerResponse, text: string, body: unknown): Promise<void> {
    if (!accepts(request, 'application/json') || !accepts(request, 'text/event-stream'))
      return refuse(response, notAcceptable);
    const messages = asMessages(body);
    if (messages === undefined) return refuse(response, notJsonRpc);
    const json = messages.length === 1 && !Array.isArray(body) && !/[\r\n]/.test(text) ? text : undefined;
    const [first] = messages;
    if (first !== undefined && isRequest(first) && first.method === 'initialize') {
      return this.#initialize(request, response, first, json);
    }
    const session = this.#find(request, response);
    if (session === undefined) return;
    if (session.congested) return refuse(response, congested);
    const asked = messages.filter(isRequest);
    if (asked.some((one) => session.isInFlight(one))) return refuse(response, inFlight);
    if (asked.length > 0) return session.ask(messages, json, response);
    session.tell(messages, json);
    response.writeHead(202).end();
  }

  get(request: IncomingMessage, response: ServerResponse): void {
    if (!accepts(request, 'text/event-stream')) return refuse(response, notAcceptable);
    const session = this.#find(request, response);
    if (session === undefined) return;
    if (session.hasStandingStream) return refuse(response, secondStream);
    session.listen(response);
  }

  delete(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#find(request, response);
    if (session === undefined) return;
    void session.end('deleted by the client');
    response.writeHead(200).end();
  }

  async #initialize(
    request: IncomingMessage,
    response: ServerResponse,
    message: JsonRpcRequest,
    json: string | undefined,
  ): Promise<void> {
    const named = request.headers['mcp-session-id'];
    if (typeof named === 'string' && this.#sessions.get(named) !== undefined)
      return refuse(response, initializedTwice, message.id);
    const answered = new Promise((resolve) => response.once('close', resolve));
    const session = await this.#sessions.open(answered);
    if (response.closed) return void session?.end('the client left');
    if (session === undefined) return refuse(response, full(this.#sessions.max), message.id);
    const left = () => void session.end('the client left');
    response.once('close', left);
    const late = setTimeout(() => void session.end('no answer to initialize in time'), initializeTimeoutMs);
    const answer = await session.initialize(message, json);
    clearTimeout(late);
    response.off('close', left);
    if (typeof answer === 'string') return refuse(response, notStarted(answer), message.id);
    if (answer.error === undefined) return replyJson(response, 200, answer, { 'mcp-session-id': session.id });
    // A session that never began: no id is given out, and its place is free again.
    void session.end('not initialized');
    replyJson(response, 200, answer);
  }

  /** The session the request names; answers the request when there is none. */
  #find(request: IncomingMessage, response: ServerResponse): Session | undefined {
    const version = request.headers['mcp-protocol-version'];
    const id = request.headers['mcp-session-id'];
    const session = typeof id === 'string' ? this.#sessions.get(id) : undefined;
    if (typeof id !== 'string') refuse(response, isModernVersion(String(version)) ? postOnly : sessionRequired);
    else if (session === undefined) refuse(response, sessionNotFound);
    else if (version !== undefined && !legacyVersions.includes(String(version))) refuse(response, unsupportedVersion);
    else return session;
    return undefined;
  }
}

function asMessages(body: unknown): JsonRpcMessage[] | undefined {
  const items = Array.isArray(body) ? body : [body];
  if (items.length === 0 || items.length > maxBatch) return undefined;
  const messages = items.map(asMessage).filter((message) => message !== undefined);
  if (messages.length !== items.length) return undefined;
  if (items.length > 1 && items.some((item) => isFields(item) && item['method'] === 'initialize')) return undefined;
  return messages;
}

function accepts(request: IncomingMessage, type: string): boolean {
  const accept = request.headers.accept;
  return accept !== undefined && (accept.includes(type) || accept.includes('*/*'));
}

const retryAfter = { 'retry-after': '5' };
const { refused, invalidRequest } = errorCode;

const notAcceptable: Refusal = {
  status: 406,
  code: refused,
  message: 'Not Acceptable: the client must accept application/json and text/event-stream',
};
const notJsonRpc: Refusal = {
  status: 400,
  code: invalidRequest,
  message: 'Invalid Request: not a valid JSON-RPC message',
};
const inFlight: Refusal = {
  status: 400,
  code: invalidRequest,
  message: 'Invalid Request: a request with this id is in flight',
};
const sessionRequired: Refusal = {
  status: 400,
  code: refused,
  message: 'Bad Request: Mcp-Session-Id header is required',
};
const sessionNotFound: Refusal = { status: 404, code: errorCode.sessionNotFound, message: 'Session not found' };
const initializedTwice: Refusal = {
  status: 400,
  code: invalidRequest,
  message: 'Invalid Request: the session is initialized',
};
const secondStream: Refusal = {
  status: 409,
  code: refused,
  message: 'Conflict: the session has a standing stream already',
};
const postOnly: Refusal = { status: 405, code: refused, message: 'Method not allowed.', headers: { allow: 'POST' } };
const unsupportedVersion: Refusal = {
  status: 400,
  code: refused,
  message: `Bad Request: Unsupported protocol version (supported versions: ${legacyVersions.join(', ')})`,
};
const congested: Refusal = {
  status: 503,
  code: refused,
  message: 'The server does not take its input; try again later',
  headers: retryAfter,
};

function full(max: number): Refusal {
  return { status: 503, code: refused, message: `All ${max} sessions are taken; try again later`, headers: retryAfter };
}

function notStarted(reason: string): Refusal {
  return { status: 503, code: refused, message: `The session could not be started: ${reason}`, headers: retryAfter };
}
