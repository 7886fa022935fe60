import type { Clock } from '../../ports/clock.ts';
import type { RefusedCommit, SourceNews, SourceReport } from '../../ports/source.ts';

/** How a repository fares, beside what is in force of it: tells what is news, and that once. */
export class Standing {
  readonly #clock: Clock;
  readonly #listeners = new Set<(news: SourceNews) => void>();
  #refused: RefusedCommit | undefined;
  #failure: SourceReport['failure'];
  #checkedAtMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get refused(): RefusedCommit | undefined {
    return this.#refused;
  }

  /** How long ago it was last read. */
  get ageMs(): number {
    return this.#clock.now() - (this.#checkedAtMs ?? -Infinity);
  }

  tell(listener: (news: SourceNews) => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  say(type: SourceNews['type'], reason: string, message: string): void {
    for (const listener of this.#listeners) listener({ type, reason, message });
  }

  /** Returns whether that is news. */
  refuse(refused: Omit<RefusedCommit, 'since'>): boolean {
    const before = this.#refused;
    if (before?.commit === refused.commit && before?.message === refused.message) return false;
    this.#refused = { ...refused, since: this.now() };
    const [first] = refused.problems;
    this.say('Warning', refused.reason, first === undefined ? refused.message : `${refused.message}: ${first}`);
    return true;
  }

  /** The newest commit is in force. */
  accept(): void {
    this.#refused = undefined;
  }

  /** @param message why it could not be read, without secrets */
  fail(message: string): void {
    const { since = this.now(), attempts = 0, message: before } = this.#failure ?? {};
    this.#failure = { message, since, attempts: attempts + 1 };
    if (before !== message) this.say('Warning', 'RepositoryUnreadable', message);
  }

  read(): void {
    this.#checkedAtMs = this.#clock.now();
    if (this.#failure) this.say('Normal', 'RepositoryRead', 'it can be read again');
    this.#failure = undefined;
  }

  report(): Pick<SourceReport, 'refused' | 'failure' | 'checkedAt'> {
    return {
      ...(this.#refused && { refused: this.#refused }),
      ...(this.#failure && { failure: this.#failure }),
      ...(this.#checkedAtMs !== undefined && { checkedAt: new Date(this.#checkedAtMs).toISOString() }),
    };
  }

  /** RFC 3339, UTC. */
  now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
