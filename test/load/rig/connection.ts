import { Agent, request, type ClientRequest } from 'node:http';
import { ask, type Answer } from '../../support/http.ts';
import { nowMs } from './ledger.ts';

/** What the tool `recall` of the tiny server answers. */
export interface Recollection {
  readonly text: string;
  readonly memory?: string;
  readonly host: string;
  readonly process: string;
}

/** A connection that broke, or was refused. */
export class ConnectionFailed extends Error {
  /** When it was begun; long before the request, if it was kept. */
  readonly connectedMs: number;

  constructor(cause: unknown, connectedMs: number) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.connectedMs = connectedMs;
  }
}

/** The answer that the protocol has for a session that is over: 404 with JSON-RPC error -32001. */
export class SessionGone extends Error {}

const statelessVersion = '2026-07-28';
const sessionVersion = '2025-11-25';
const clientInfo = { name: 'mcpnet-load', version: '1' };
const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const meta = {
  'io.modelcontextprotocol/protocolVersion': statelessVersion,
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/**
 * MCP by hand over one kept connection, as cheap as a client can be: hundreds fit beside what they load. Every answer's
 * status, id and form is checked, and nothing is tried twice.
 */
export class Connection {
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #agent: KeptAgent;
  #lastId = 0;

  /** @param localAddress whom the client seems to be; any address of 127.0.0.0/8 will do on the loopback interface */
  constructor(url: string, timeoutMs: number, localAddress?: string) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#agent = new KeptAgent({
      keepAlive: true,
      maxSockets: 1,
      ...(localAddress !== undefined && { localAddress }),
    });
  }

  /** Resolves with the id of a new session. */
  async initialize(): Promise<string> {
    const { headers } = await this.#post('initialize', {
      protocolVersion: sessionVersion,
      capabilities: {},
      clientInfo,
    });
    const session = headers['mcp-session-id'];
    if (session === undefined) throw new Error('initialize is answered without a session id');
    return session;
  }

  /** Calls a tool within a session and resolves with its text. @throws SessionGone */
  async call(session: string, name: string, args: object): Promise<string> {
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': sessionVersion };
    return textOf(await this.#post('tools/call', { name, arguments: args }, headers));
  }

  /** Calls a tool by revision 2026-07-28 and resolves with its text. */
  async callStateless(name: string, args: object): Promise<string> {
    const headers = { 'mcp-protocol-version': statelessVersion, 'mcp-method': 'tools/call', 'mcp-name': name };
    return textOf(await this.#post('tools/call', { name, arguments: args, _meta: meta }, headers));
  }

  async delete(session: string): Promise<void> {
    const headers = { 'mcp-session-id': session };
    const { status, body } = await this.#ask({ method: 'DELETE', headers });
    if (status !== 200 && status !== 204) throw new Error(`DELETE is answered ${status}: ${body.slice(0, 200)}`);
  }

  /** Opens the session's event stream, over a connection of its own; `onEnd` is called once, however it ends. */
  listen(session: string, onEnd: () => void): ClientRequest {
    const headers = { accept: 'text/event-stream', 'mcp-session-id': session };
    const stream = request(this.#url, { headers, agent: false }, (response) => response.resume());
    stream.once('close', onEnd);
    stream.on('error', () => undefined);
    stream.end();
    return stream;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(method: string, params: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const id = ++this.#lastId;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const answer = await this.#ask({ method: 'POST', headers: { ...json, ...headers }, body });
    if (headers['mcp-session-id'] !== undefined && isSessionGone(answer)) throw new SessionGone();
    const { status, body: text } = answer;
    if (status !== 200) throw new Error(`${method} is answered ${status}: ${text.slice(0, 200)}`);
    if ((JSON.parse(text) as { id?: unknown }).id !== id)
      throw new Error(`${method} number ${id} is answered ${text.slice(0, 200)}`);
    return answer;
  }

  async #ask(question: { method: string; headers: Readonly<Record<string, string>>; body?: string }): Promise<Answer> {
    try {
      return await ask(this.#url, { ...question, agent: this.#agent, timeoutMs: this.#timeoutMs });
    } catch (cause) {
      throw new ConnectionFailed(cause, this.#agent.connectedMs);
    }
  }
}

/** Knows when its one connection was begun. */
class KeptAgent extends Agent {
  connectedMs = 0;

  override createConnection(...given: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    this.connectedMs = nowMs();
    return super.createConnection(...given);
  }
}

function isSessionGone({ status, body }: Answer): boolean {
  return status === 404 && /"code":\s*-32001\b/.test(body) && body.includes('Session not found');
}

function textOf({ body }: Answer): string {
  const { result } = JSON.parse(body) as { result?: { content?: readonly { text?: string }[]; isError?: boolean } };
  const text = result?.content?.[0]?.text;
  if (text === undefined || result?.isError === true) throw new Error(`a tool answers ${body.slice(0, 200)}`);
  return text;
}
