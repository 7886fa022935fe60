import { attempt, type Asker, type Client } from './client.ts';
import { Connection, type Recollection } from './connection.ts';
import { nowMs, type Ledger } from './ledger.ts';

/** Opens a session, looks where it landed, ends it, and comes again over a new connection. */
export class Newcomer implements Client {
  readonly name: string;
  readonly #asker: Asker;
  readonly #options: { readonly url: string; readonly timeoutMs: number };

  constructor(name: string, ledger: Ledger, options: { readonly url: string; readonly timeoutMs: number }) {
    this.name = name;
    this.#asker = { ledger, kind: 'newcomer', client: name };
    this.#options = options;
  }

  async step(): Promise<boolean> {
    const connection = new Connection(this.#options.url, this.#options.timeoutMs);
    const startedMs = nowMs();
    let replica = '';
    const opened = await attempt(
      this.#asker,
      async () => {
        const id = await connection.initialize();
        const answer = await connection.call(id, 'recall', { text: this.name });
        replica = (JSON.parse(answer) as Recollection).host;
        this.#asker.ledger.landed({ kind: 'newcomer', replica, startedMs, endedMs: nowMs() });
        await connection.delete(id);
        return id;
      },
      { replicaOf: () => replica },
    );
    connection.close();
    return opened !== undefined;
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}
