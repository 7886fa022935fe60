import { randomUUID } from 'node:crypto';
import { Session } from './session.ts';
import type { StartGate } from './start-gate.ts';
import type { Connect } from './upstream.ts';

/** The open sessions by id: never more than the bound, none idle for longer than the time-out. */
export class SessionTable {
  readonly max: number;
  readonly #idleTimeoutMs: number;
  readonly #connect: Connect;
  readonly #sessions = new Map<string, Session>();
  readonly #ending = new Set<Promise<void>>();
  readonly #gate: StartGate | undefined;
  #starting = 0;

  /** @param gate for sessions that start a process; one of a shared process starts nothing and need not wait */
  constructor(max: number, idleTimeoutMs: number, connect: Connect, gate: StartGate | undefined) {
    this.max = max;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#connect = connect;
    this.#gate = gate;
  }

  /** A place is taken from before the session's process starts until it is gone, so that the bound holds for processes. */
  get size(): number {
    return this.#starting + this.#sessions.size + this.#ending.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /**
   * Opens a session when it is its turn; undefined, at once, when all places are taken, or when it was `settled` before
   * its turn came: nobody wants it any more.
   */
  async open(settled: Promise<unknown>): Promise<Session | undefined> {
    if (this.size >= this.max) return undefined;
    this.#starting += 1;
    try {
      let isWanted = true;
      void settled.then(() => (isWanted = false));
      await this.#gate?.enter(settled);
      return isWanted ? this.#start() : undefined;
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
