import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Hold, Lock } from '../ports/leadership.ts';
import { ConsulSession, readEntry, type ConsulAccess } from './consul-session.ts';

/** How long Consul waits for a word of the holder before it ends the session. */
const ttlMs = 2_500;
/**
 * How long the holder trusts the last proof that the lock is its own. Nobody else gets it sooner than that after the
 * session's end, whatever ended it: Consul's lock delay is as long.
 */
const trustMs = 1_500;
const renewMs = 400;
const retryMs = 250;
const waitMs = 10_000;

export interface ConsulLockOptions extends ConsulAccess {
  readonly scope: string;
  /** Shown to those who wait: `pid 4711 on host-a`. */
  readonly holder: string;
}

/**
 * A session lock in a Consul that several hosts share. A holder that is stopped, cut off or slow loses it; it knows so by
 * its own clocks before anybody else can have it, and without being told.
 */
export class ConsulLock implements Lock {
  readonly #options: ConsulLockOptions;
  readonly #key: string;

  constructor(options: ConsulLockOptions) {
    this.#options = options;
    this.#key = `mcpnet/${options.scope}/leader`;
  }

  async acquire(waiting: (why: string) => void, signal: AbortSignal): Promise<Hold> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const hold = await this.#try(waiting, signal);
        if (hold) return hold;
      } catch (error) {
        signal.throwIfAborted();
        waiting(`Consul at ${this.#options.address} gives no lock: ${wordsOf(error)}`);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #try(waiting: (why: string) => void, signal: AbortSignal): Promise<Hold | undefined> {
    const { address, scope, holder } = this.#options;
    const entry = await readEntry(this.#options, this.#key, signal);
    if (entry?.session !== undefined) {
      waiting(`${entry.value} holds scope "${scope}" in Consul at ${address}`);
      await readEntry(this.#options, this.#key, signal, { index: entry.index, waitMs });
      return undefined;
    }
    const check = `mcpnet-${scope}-${randomBytes(4).toString('hex')}`;
    const session = await ConsulSession.open(this.#options, check, { ttlMs, lockDelayMs: trustMs }, signal);
    try {
      // Refused for as long as the delay after another session's end lasts.
      for (const endMs = performance.now() + trustMs; performance.now() < endMs;) {
        const proof = now();
        if (await session.acquire(this.#key, holder, signal))
          return new ConsulHold(this.#options, this.#key, session, proof);
        const rival = await readEntry(this.#options, this.#key, signal);
        if (rival?.session !== undefined) break;
        await delay(retryMs / 2, undefined, { signal });
      }
    } catch (error) {
      await session.close(this.#key);
      throw error;
    }
    await session.close(this.#key);
    return undefined;
  }
}

/** The time by both clocks: one may be set back by people, the other stands still while the machine sleeps. */
interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

class ConsulHold implements Hold {
  readonly #access: ConsulAccess;
  readonly #key: string;
  readonly #session: ConsulSession;
  readonly #lost = new AbortController();
  #released = false;
  /** When that was asked which proved last that the lock is ours. */
  #proof: Moment;
  #expiry: NodeJS.Timeout | undefined;
  #fault = 'it did not answer in time';

  constructor(access: ConsulAccess, key: string, session: ConsulSession, proof: Moment) {
    this.#access = access;
    this.#key = key;
    this.#session = session;
    this.#proof = proof;
    this.#watchExpiry();
    void this.#renewAgainAndAgain();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  holds(): boolean {
    if (this.#released || this.#lost.signal.aborted) return false;
    const { monotonicMs, wallMs } = now();
    if (monotonicMs - this.#proof.monotonicMs < trustMs && wallMs - this.#proof.wallMs < trustMs) return true;
    this.#lose(`no proof that the lock is ours for ${trustMs} ms: ${this.#fault}`);
    return false;
  }

  async release(): Promise<void> {
    this.#released = true;
    clearTimeout(this.#expiry);
    await this.#session.close(this.#key);
  }

  async #renewAgainAndAgain(): Promise<void> {
    while (this.holds()) {
      const asked = now();
      try {
        // The agent may be cut off from the servers and accept this all the same; so they are asked as well.
        await this.#session.renew();
        const entry = await readEntry(this.#access, this.#key, undefined);
        if (entry?.session === this.#session.id) this.#prove(asked);
        else this.#lose('the session has ended');
      } catch (error) {
        this.#fault = wordsOf(error);
      }
      await delay(renewMs);
    }
  }

  /** An answer that comes late proves nothing any more. */
  #prove(asked: Moment): void {
    if (!this.holds()) return;
    this.#proof = asked;
    this.#watchExpiry();
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.holds(), this.#proof.monotonicMs + trustMs - performance.now());
  }

  #lose(why: string): void {
    clearTimeout(this.#expiry);
    if (!this.#released) this.#lost.abort(new Error(`Consul at ${this.#access.address}: ${why}`));
  }
}

function now(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/** `fetch` says what happened in its cause. */
function wordsOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
