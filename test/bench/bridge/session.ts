import { Agent } from 'node:http';
import { ask, type Answer } from '../../support/http.ts';
import { jsonHeaders } from '../client.ts';

export interface Reply {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: { readonly content?: readonly { readonly text: string }[] };
  readonly error?: { readonly message: string };
}

const answerMs = 60_000;
/** Shorter than the 5 s after which servers on Node close a connection, perhaps just when it is to be used again. */
const idleMs = 2_000;
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };

/** One client's session, with nothing between it and the wire. It counts its requests from 1, as all clients do. */
export class BenchSession {
  readonly #base: string;
  readonly #agent = new Agent({ keepAlive: true, timeout: idleMs });
  #headers: Readonly<Record<string, string>> = {};
  #lastId = 0;

  static async open(base: string): Promise<BenchSession> {
    const session = new BenchSession(base);
    const answer = await session.#post({ jsonrpc: '2.0', id: 0, method: 'initialize', params: hello });
    const id = answer.headers['mcp-session-id'];
    if (id === undefined) throw new Error(`initialize is answered without a session: ${answer.body.slice(0, 200)}`);
    session.#headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
    await session.#post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return session;
  }

  private constructor(base: string) {
    this.#base = base;
  }

  /** The id that the request had, and every message that came on the stream of its answer. */
  async ask(method: string, params: object): Promise<{ id: number; replies: Reply[]; session: string | undefined }> {
    const id = ++this.#lastId;
    const answer = await this.#post({ jsonrpc: '2.0', id, method, params });
    return { id, replies: messagesOf(answer), session: answer.headers['mcp-session-id'] };
  }

  get id(): string {
    return this.#headers['mcp-session-id'] ?? '';
  }

  async end(): Promise<void> {
    await ask(`${this.#base}/mcp`, { method: 'DELETE', headers: this.#headers, agent: this.#agent });
    this.#agent.destroy();
  }

  async #post(body: object): Promise<Answer> {
    const headers = { ...jsonHeaders, ...this.#headers };
    const question = { method: 'POST', agent: this.#agent, headers, body: JSON.stringify(body), timeoutMs: answerMs };
    const answer = await ask(`${this.#base}/mcp`, question);
    if (answer.status > 299) throw new Error(`a POST is answered ${answer.status}: ${answer.body.slice(0, 200)}`);
    return answer;
  }
}

/** Of a stream or of a plain body. */
function messagesOf({ headers, body }: Answer): Reply[] {
  const isStream = headers['content-type']?.startsWith('text/event-stream') === true;
  const texts = isStream ? [...body.matchAll(/^data: (.+)$/gm)].map(([, data]) => data ?? '') : [body];
  return texts.map((text) => JSON.parse(text) as Reply);
}
