import { connect, connectModern, type McpSession } from '../../support/mcp-clients.ts';
import { attempt, type Asker, type Client } from './client.ts';
import type { Recollection } from './connection.ts';
import { nowMs, type HeldSession, type Ledger } from './ledger.ts';

/** The official SDK 1.x: what it takes for an error is one. */
export class SessionJudge implements Client {
  readonly name: string;
  readonly #url: URL;
  readonly #asker: Asker;
  #session: McpSession | undefined;
  #held: HeldSession = { replica: '', sinceMs: 0 };
  #texts = 0;

  constructor(name: string, ledger: Ledger, { url }: { readonly url: string }) {
    this.name = name;
    this.#url = new URL(url);
    this.#asker = { ledger, kind: 'judge', client: name };
  }

  async step(): Promise<boolean> {
    const startedMs = nowMs();
    const { ledger } = this.#asker;
    try {
      const answer = await attempt(this.#asker, () => this.#ask(), {
        replicaOf: ({ host }) => host,
        session: this.#held,
        passes: (error) => this.#session !== undefined && isNotFound(error),
      });
      return answer !== undefined;
    } catch {
      ledger.ended({ client: this.name, session: this.#held, startedMs, endedMs: nowMs() });
      const session = this.#session;
      this.#session = undefined;
      await session?.client.close();
      return true;
    }
  }

  async end(): Promise<void> {
    await this.#session?.end().catch(() => undefined);
  }

  async #ask(): Promise<Recollection> {
    const memory = this.name;
    if (!this.#session) {
      const sinceMs = nowMs();
      const opened = await connect(this.#url);
      await opened.call('remember', { text: memory });
      this.#session = opened;
      this.#held = { replica: '', sinceMs };
    }
    const text = `${this.name}, text ${this.#texts++}`;
    const answer = JSON.parse(await this.#session.call('recall', { text })) as Recollection;
    if (answer.text !== text || answer.memory !== memory)
      throw new Error(`asked for "${text}" and "${memory}", got ${JSON.stringify(answer)}`);
    this.#held = { ...this.#held, replica: answer.host };
    return answer;
  }
}

/** The official SDK 2.x, pinned to revision 2026-07-28. */
export class StatelessJudge implements Client {
  readonly name: string;
  readonly #url: URL;
  readonly #asker: Asker;
  #client: Awaited<ReturnType<typeof connectModern>> | undefined;
  #texts = 0;

  constructor(name: string, ledger: Ledger, { url }: { readonly url: string }) {
    this.name = name;
    this.#url = new URL(url);
    this.#asker = { ledger, kind: 'judge', client: name };
  }

  async step(): Promise<boolean> {
    const answer = await attempt(this.#asker, () => this.#ask(), { replicaOf: ({ host }) => host });
    return answer !== undefined;
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  async #ask(): Promise<Recollection> {
    this.#client ??= await connectModern(this.#url);
    const text = `${this.name}, text ${this.#texts++}`;
    const answer = JSON.parse(await this.#client.call('recall', { text })) as Recollection;
    if (answer.text !== text) throw new Error(`asked for "${text}", got ${JSON.stringify(answer)}`);
    return answer;
  }
}

/** The SDK's error for an HTTP status carries it as `code`. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 404;
}
