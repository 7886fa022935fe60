import { randomUUID } from 'node:crypto';
import { Session } from './session.ts';
import { StartGate } from './start-gate.ts';
import type { Connect } from './upstream.ts';

/** The open sessions by id: never more than the bound, none idle for longer than the time-out. */
export class SessionTable {
  readonly max: number;
  readonly #idleTimeoutMs: number;
  readonly #connect: Connect;
  readonly #sessions = new Map<string, Session>();
  readonly #ending = new Set<Promise<void>>();
  readonly #gate = new StartGate();
  #starting = 0;

  constructor(max: number, idleTimeoutMs: number, connect: Connect) {
    this.max = max;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#connect = connect;
  }

  /** A place is taken from before the session's process starts until it is gone, so that the bound holds for processes. */
  get size(): number {
    return this.#starting + this.#sessions.size + this.#ending.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Opens a session when it is its turn; undefined, at once, when all places are taken. `settled`: it need not wait any more. */
  async open(settled: Promise<unknown>): Promise<Session | undefined> {
    if (this.size >= this.max) return undefined;
    this.#starting += 1;
    try {
      await this.#gate.enter(settled);
      return this.#start();
    } finally {
      this.#starting -= 1;
    }
  }

  async endAll(reason: string): Promise<void> {
    const ending = [...this.#sessions.values()].map((session) => session.end(reason));
    await Promise.all([...ending, ...this.#ending]);
  }

  #start(): Session {
    const session = new Session(randomUUID(), this.#connect);
    this.#sessions.set(session.id, session);
    this.#endWhenIdle(session);
    void session.ended.then(() => this.#drop(session));
    return session;
  }

  #drop(session: Session): void {
    this.#sessions.delete(session.id);
    const gone = session.end('ended').finally(() => this.#ending.delete(gone));
    this.#ending.add(gone);
  }

  #endWhenIdle(session: Session): void {
    let timer: NodeJS.Timeout | undefined;
    const onActivity = (busy: boolean) => {
      clearTimeout(timer);
      if (!busy) timer = setTimeout(() => void session.end('idle for too long'), this.#idleTimeoutMs).unref();
    };
    session.onActivity = onActivity;
    onActivity(session.busy);
    void session.ended.then(() => clearTimeout(timer));
  }
}
