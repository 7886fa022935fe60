import type { LatencyCounts } from '../core/latency.ts';

/** What clients made of one service or replica, read from the balancer. */
export interface Traffic {
  readonly sessions: number;
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
}

/** The traffic as of the last look, which is taken while somebody wants to know. */
export interface TrafficBook {
  /** @param key resource key of the service */
  service(key: string): Traffic | undefined;
  /** @param id name of the container */
  instance(id: string): Traffic | undefined;
  /**
   * Calls back after every look; the returned function ends that.
   * @param everyMs how often one is wanted; 2 s when not given. The most impatient decides for all.
   */
  subscribe(listener: () => void, everyMs?: number): () => void;
}

/** What was counted since this operator began to: only ever grows, whatever becomes of the balancer's own counters. */
export interface CountedTraffic {
  /** Those that are held now. */
  readonly sessions: number;
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencyCounts;
}

/** The book together with its counters, for those who keep them. */
export interface TrafficCounters extends TrafficBook {
  counted(key: string): CountedTraffic | undefined;
  /** Of all services together. */
  total(): Traffic;
}
