import type { ClientRequest } from 'node:http';
import { attempt, type Asker, type Client } from './client.ts';
import { Connection, SessionGone, type Recollection } from './connection.ts';
import { nowMs, type HeldSession, type Ledger } from './ledger.ts';

export interface SessionOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** Holds the session's event stream open as well. */
  readonly listens: boolean;
}

interface Held {
  readonly id: string;
  readonly memory: string;
  /** The process that holds it; nobody else may ever answer. */
  readonly replica: Pick<Recollection, 'host' | 'process'>;
  readonly sinceMs: number;
  readonly stream?: ClientRequest;
}

/**
 * Holds a session for as long as it is held for it, and proves with every call that the answer is its own and comes
 * from the process that it began with. A session that is over is begun anew, as the protocol wants.
 */
export class SessionClient implements Client {
  readonly name: string;
  readonly #connection: Connection;
  readonly #asker: Asker;
  readonly #listens: boolean;
  #held: Held | undefined;
  #texts = 0;

  constructor(name: string, ledger: Ledger, options: SessionOptions) {
    this.name = name;
    this.#connection = new Connection(options.url, options.timeoutMs);
    this.#asker = { ledger, kind: 'session', client: name };
    this.#listens = options.listens;
  }

  async step(): Promise<boolean> {
    const startedMs = nowMs();
    const held = this.#held;
    try {
      return held ? await this.#call(held) : await this.#open();
    } catch (error) {
      if (!(error instanceof SessionGone) || !held) throw error;
      this.#asker.ledger.ended({ client: this.name, session: sessionOf(held), startedMs, endedMs: nowMs() });
      this.#forget();
      return true;
    }
  }

  async end(): Promise<void> {
    const held = this.#held;
    this.#forget();
    // Best effort: what the server is told at the end is no part of the load.
    if (held) await this.#connection.delete(held.id).catch(() => undefined);
    this.#connection.close();
  }

  async #open(): Promise<boolean> {
    const startedMs = nowMs();
    const memory = this.#text();
    const held = await attempt({ ...this.#asker, kind: 'opening' }, async () => {
      const id = await this.#connection.initialize();
      await this.#connection.call(id, 'remember', { text: memory });
      const replica = await this.#recall(id, memory);
      return { id, memory, replica, sinceMs: startedMs };
    });
    if (!held) return false;
    const replica = held.replica.host;
    this.#asker.ledger.landed({ kind: 'session', replica, startedMs, endedMs: nowMs() });
    this.#held = { ...held, ...(this.#listens && { stream: this.#listen(held.id) }) };
    return true;
  }

  async #call(held: Held): Promise<boolean> {
    const { id, memory, replica } = held;
    const answer = await attempt(
      this.#asker,
      async () => {
        const recollection = await this.#recall(id, memory);
        if (recollection.process !== replica.process)
          throw new Error(`the session of ${replica.host} is answered by ${recollection.host}`);
        return recollection;
      },
      {
        replicaOf: ({ host }) => host,
        session: sessionOf(held),
        passes: (error) => error instanceof SessionGone,
      },
    );
    return answer !== undefined;
  }

  async #recall(id: string, memory: string): Promise<Recollection> {
    const text = this.#text();
    const answer = await this.#connection.call(id, 'recall', { text });
    const recollection = JSON.parse(answer) as Recollection;
    if (recollection.text !== text || recollection.memory !== memory)
      throw new Error(`asked for "${text}" and "${memory}", got ${answer}`);
    return recollection;
  }

  #listen(id: string): ClientRequest {
    return this.#connection.listen(id, () => {
      if (this.#held?.id === id) this.#asker.ledger.streamCut();
    });
  }

  #forget(): void {
    const stream = this.#held?.stream;
    this.#held = undefined;
    stream?.destroy();
  }

  #text(): string {
    return `${this.name}, text ${this.#texts++}`;
  }
}

function sessionOf({ replica, sinceMs }: Held): HeldSession {
  return { replica: replica.host, sinceMs };
}
