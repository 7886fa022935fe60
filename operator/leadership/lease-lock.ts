import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterApi } from '../cluster/api.ts';
import { isStatus } from '../cluster/api-error.ts';
import type { Hold, Lock } from '../ports/leadership.ts';
import { acquirable, LeaseRecord, type Lease } from './lease-record.ts';

/**
 * How long a holder without a word is waited for, by the clocks of those who wait. Where one ran out, its holder may have
 * been starved rather than dead: the next one is twice as long, and so on, until one is given back or lasts.
 */
const leaseSeconds = 4;
const longestSeconds = 16;
/** A holder stops so long before anybody else may begin. */
const marginMs = 1_500;
const lastingMs = 60_000;
const renewMs = 1_000;
const askMs = 300;
const retryMs = 250;
/** Of a request; a quarter of the Lease while that is held. */
const deadlineMs = 1_000;

export interface LeaseLockOptions {
  readonly api: ClusterApi;
  /** Where the Lease lies. */
  readonly namespace: string;
  readonly scope: string;
  /** Shown to those who wait: `pid 4711 on host-a`. */
  readonly holder: string;
}

/**
 * A Lease of the cluster (coordination.k8s.io/v1), by the rules of client-go's leader election: who waits measures by its
 * own clock how long the record has not changed, so clocks need not agree. A holder that is stopped, cut off or slow
 * loses it, and knows so by its own clocks before anybody else can have it.
 */
export class LeaseLock implements Lock {
  readonly #options: LeaseLockOptions;
  readonly #record: LeaseRecord;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
    this.#record = new LeaseRecord(options.api, options.namespace, `mcpnet-${options.scope}`);
  }

  async acquire(waiting: (why: string) => void, signal: AbortSignal): Promise<Hold> {
    // Told from every other process that ever was, an earlier one with this pid included.
    const identity = `${this.#options.holder} (${randomBytes(4).toString('hex')})`;
    const wait = acquirable();
    for (;;) {
      signal.throwIfAborted();
      try {
        const hold = await this.#try(identity, wait, waiting, signal);
        if (hold) return hold;
      } catch (error) {
        signal.throwIfAborted();
        // Another one was quicker.
        if (!isStatus(error, 409)) waiting(`the cluster gives no Lease ${this.#record.name}: ${wordsOf(error)}`);
      }
      await delay(askMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #try(
    identity: string,
    mayTake: ReturnType<typeof acquirable>,
    waiting: (why: string) => void,
    signal: AbortSignal,
  ): Promise<Hold | undefined> {
    const found = await this.#record.read(deadlineMs, signal);
    if (found && !mayTake(found, performance.now())) {
      waiting(`${found.spec.holderIdentity ?? ''} holds the Lease ${this.#record.name}`);
      return undefined;
    }
    const proof = now();
    const lease = await this.#record.take(found, identity, secondsAfter(found), deadlineMs, signal);
    return new LeaseHold(this.#record, lease, proof);
  }
}

function secondsAfter(found: Lease | undefined): number {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = found?.spec ?? {};
  const seconds = holderIdentity === '' ? leaseDurationSeconds : 2 * leaseDurationSeconds;
  return Math.min(longestSeconds, Math.max(leaseSeconds, seconds));
}

/** The time by both clocks: one may be set back by people, the other stands still while the machine sleeps. */
interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

class LeaseHold implements Hold {
  readonly #record: LeaseRecord;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #lease: Lease;
  #seconds: number;
  /** When that was asked which proved last that the Lease is ours. */
  #proof: Moment;
  #expiry: NodeJS.Timeout | undefined;
  #fault = 'the API server did not answer in time';
  readonly #sinceMs = performance.now();
  readonly #renewing: Promise<void>;

  constructor(record: LeaseRecord, lease: Lease, proof: Moment) {
    this.#record = record;
    this.#lease = lease;
    this.#seconds = lease.spec.leaseDurationSeconds ?? leaseSeconds;
    this.#proof = proof;
    this.#watchExpiry();
    this.#renewing = this.#renewAgainAndAgain();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  holds(): boolean {
    if (this.#ended.signal.aborted || this.#lost.signal.aborted) return false;
    const { monotonicMs, wallMs } = now();
    const trustMs = this.#trustMs;
    if (monotonicMs - this.#proof.monotonicMs < trustMs && wallMs - this.#proof.wallMs < trustMs) return true;
    this.#lose(`no proof that the Lease is ours for ${trustMs} ms: ${this.#fault}`);
    return false;
  }

  /** How long the last proof that the Lease is our own is good: we have stopped before anybody else may begin. */
  get #trustMs(): number {
    return this.#seconds * 1_000 - marginMs;
  }

  /** Takes our name off the Lease, so that the next one need not wait. */
  async release(): Promise<void> {
    const held = this.holds();
    this.#ended.abort();
    clearTimeout(this.#expiry);
    await this.#renewing;
    if (held) await this.#record.giveBack(this.#lease, deadlineMs).catch(() => undefined);
  }

  async #renewAgainAndAgain(): Promise<void> {
    for (let waitMs = renewMs; this.holds();) {
      await delay(waitMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      if (this.#ended.signal.aborted) return;
      const asked = now();
      try {
        // Before it is written: the server may have it and its answer be lost.
        if (asked.monotonicMs - this.#sinceMs > lastingMs) this.#seconds = leaseSeconds;
        this.#lease = await this.#record.renew(this.#lease, this.#seconds, this.#seconds * 250);
        this.#prove(asked);
        waitMs = renewMs;
      } catch (error) {
        waitMs = retryMs;
        this.#fault = wordsOf(error);
        if (isStatus(error, 404, 409)) await this.#lookAgain();
      }
    }
  }

  /** Somebody has written the Lease: another holder, or a person who put a label on it. */
  async #lookAgain(): Promise<void> {
    const found = await this.#record.read(deadlineMs).catch(() => this.#lease);
    if (found?.spec.holderIdentity === this.#lease.spec.holderIdentity) this.#lease = found ?? this.#lease;
    else this.#lose(found ? `${found.spec.holderIdentity ?? 'nobody'} holds the Lease now` : 'the Lease is gone');
  }

  /** An answer that comes late proves nothing any more. */
  #prove(asked: Moment): void {
    if (!this.holds()) return;
    this.#proof = asked;
    this.#watchExpiry();
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.holds(), this.#proof.monotonicMs + this.#trustMs - performance.now());
  }

  #lose(why: string): void {
    clearTimeout(this.#expiry);
    if (!this.#ended.signal.aborted) this.#lost.abort(new Error(`Lease ${this.#record.name}: ${why}`));
  }
}

function now(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
