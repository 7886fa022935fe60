import type { LatencyCounts } from '../core/latency.ts';

/** What clients made of a service or of one of its replicas, as the balancer saw it. */
export interface Traffic {
  /** MCP sessions held, where the service or its bridge tells; else connections that are open now. */
  readonly sessions: number;
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  /** Since HAProxy started. Errors: answers of 5xx, and requests that no replica answered. */
  readonly requests: number;
  readonly errors: number;
  /** Time to the first byte of the answer over the last minute; absent without requests. */
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
