import { latencyBoundsMs, quantileMs } from '../../core/latency.ts';
import type { CountedTraffic, Traffic } from '../../ports/traffic.ts';

/** What has come since the last look, and what is so now. */
export interface Reading {
  readonly sessions: number;
  readonly requests: number;
  readonly errors: number;
  /** One number per bucket, then the sum of all times in milliseconds; absent where there was no answer. */
  readonly latency?: readonly number[];
}

interface Sample {
  readonly atMs: number;
  readonly requests: number;
  readonly errors: number;
}

interface Snapshot {
  readonly atMs: number;
  readonly latency: Float64Array;
}

const rateMs = 10_000;
const percentilesMs = 60_000;
/** Looks come a little early or late. */
const slackMs = 500;
const buckets = latencyBoundsMs.length + 1;
const none = new Float64Array(buckets + 1);

/** Adds up readings of one service or replica, and remembers a minute of them for rates and percentiles. */
export class Meter {
  #sessions = 0;
  #requests: number;
  #errors: number;
  readonly #first: Sample;
  #samples: Sample[];
  #latency: Float64Array | undefined;
  #snapshots: Snapshot[] = [];

  /** @param base what had been counted before anybody looked; it makes no rate, and is not ours to count */
  constructor(base: { readonly requests: number; readonly errors: number }, atMs: number) {
    this.#requests = base.requests;
    this.#errors = base.errors;
    this.#first = { atMs, requests: base.requests, errors: base.errors };
    this.#samples = [this.#first];
  }

  add({ sessions, requests, errors, latency }: Reading, atMs: number): void {
    this.#sessions = sessions;
    this.#requests += requests;
    this.#errors += errors;
    const lastMs = this.#samples.at(-1)?.atMs ?? atMs;
    this.#samples.push({ atMs, requests: this.#requests, errors: this.#errors });
    this.#samples = since(this.#samples, atMs - rateMs);
    if (latency) this.#count(latency, lastMs);
    this.#remember(atMs);
  }

  get requests(): number {
    return this.#requests;
  }

  traffic(): Traffic {
    const [first, last] = [this.#samples[0] ?? this.#first, this.#samples.at(-1) ?? this.#first];
    const seconds = (last.atMs - first.atMs) / 1000;
    const perSecond = (count: number): number => (seconds > 0 ? count / seconds : 0);
    return {
      sessions: this.#sessions,
      requestsPerSecond: perSecond(last.requests - first.requests),
      errorsPerSecond: perSecond(last.errors - first.errors),
      requests: this.#requests,
      errors: this.#errors,
      ...percentilesOf([this.lastMinute()]),
    };
  }

  /** Copies nothing: it is told of all services at once. */
  counted(): CountedTraffic {
    const counts = this.#latency ?? none;
    return {
      sessions: this.#sessions,
      requests: this.#requests - this.#first.requests,
      errors: this.#errors - this.#first.errors,
      latency: { counts, sumMs: counts[buckets] ?? 0 },
    };
  }

  /** @param sinceMs when there was none of it yet */
  #count(latency: readonly number[], sinceMs: number): void {
    const counted = this.#latency ?? new Float64Array(buckets + 1);
    if (!this.#latency) this.#snapshots.push({ atMs: sinceMs, latency: counted.slice() });
    this.#latency = counted;
    for (const [index, count] of latency.entries()) counted[index] = (counted[index] ?? 0) + count;
  }

  /** A snapshot every ten seconds, from the first answer on. */
  #remember(atMs: number): void {
    if (!this.#latency) return;
    const last = this.#snapshots.at(-1);
    if (!last || atMs - last.atMs >= rateMs - slackMs) this.#snapshots.push({ atMs, latency: this.#latency.slice() });
    this.#snapshots = since(this.#snapshots, atMs - percentilesMs);
  }

  /** Answers of the last minute, by bucket; empty without any. */
  lastMinute(): readonly number[] {
    const [now, before] = [this.#latency, this.#snapshots[0]?.latency];
    return now ? Array.from({ length: buckets }, (_, bucket) => (now[bucket] ?? 0) - (before?.[bucket] ?? 0)) : [];
  }
}

/** Of histograms added together; nothing without an answer. */
export function percentilesOf(histograms: readonly (readonly number[])[]): Pick<Traffic, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const counts = Array.from({ length: buckets }, () => 0);
  for (const each of histograms)
    for (const [bucket, count] of each.entries()) counts[bucket] = (counts[bucket] ?? 0) + count;
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((share) => quantileMs(counts, share));
  return p50Ms === undefined || p95Ms === undefined || p99Ms === undefined ? {} : { p50Ms, p95Ms, p99Ms };
}

/** From the newest that is at least as old as that on; all, if none is. */
function since<Item extends { readonly atMs: number }>(items: Item[], atMs: number): Item[] {
  const first = items.findLastIndex((item) => item.atMs <= atMs + slackMs);
  return first > 0 ? items.slice(first) : items;
}
