import { attempt, type Asker, type Client } from './client.ts';
import { Connection, type Recollection } from './connection.ts';
import type { Ledger } from './ledger.ts';

export interface StatelessOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** What is asked for; `recall` where nothing is said. */
  readonly work?: { readonly tool: 'sleep' | 'burn'; readonly ms: number };
}

/** Revision 2026-07-28 over one kept connection: each request stands alone, and its answer must be its own. */
export class StatelessClient implements Client {
  readonly name: string;
  readonly #connection: Connection;
  readonly #asker: Asker;
  readonly #work: StatelessOptions['work'];
  #texts = 0;

  constructor(name: string, ledger: Ledger, options: StatelessOptions) {
    this.name = name;
    this.#connection = new Connection(options.url, options.timeoutMs);
    this.#asker = { ledger, kind: 'stateless', client: name };
    this.#work = options.work;
  }

  async step(): Promise<boolean> {
    const text = `${this.name}, text ${this.#texts++}`;
    const host = await attempt(this.#asker, () => this.#ask(text), { replicaOf: (replica) => replica });
    return host !== undefined;
  }

  end(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  /** Resolves with the host name of the replica, empty where the tool does not tell. */
  async #ask(text: string): Promise<string> {
    const { tool, ms } = this.#work ?? { tool: 'recall', ms: 0 };
    const answer = await this.#connection.callStateless(tool, { text, ms });
    const { text: got, host } = tool === 'recall' ? (JSON.parse(answer) as Recollection) : { text: answer, host: '' };
    if (got !== text) throw new Error(`asked for "${text}", got ${answer}`);
    return host;
  }
}
