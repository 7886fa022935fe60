import type { Counters, RowCounters } from './counters.ts';
import type { Reading } from './meter.ts';

/** What has been counted between two looks. */
export interface Readings {
  readonly services: ReadonlyMap<string, Reading>;
  /** By name of the server. */
  readonly servers: ReadonlyMap<string, Reading>;
}

/** Of all processes together. */
export interface SummedReading {
  /** What had been counted before anybody looked. */
  readonly base: Pick<Reading, 'requests' | 'errors'>;
  readonly grown: Reading;
}

const nothing: RowCounters = { open: 0, requests: 0, answered5xx: 0, broken: 0 };

/**
 * Differences of counters, by backend and by server. Where a process has taken over, everything that it has counted is
 * new; what the earlier one counted after the last look is lost.
 */
export function readingsBetween(before: Counters | undefined, now: Counters): Readings {
  const isSame = before?.process === now.process;
  const known = <Row>(rows: ReadonlyMap<string, Row> | undefined, name: string): Row | undefined =>
    isSame ? rows?.get(name) : undefined;
  const servers = new Map<string, Reading>();
  const latencies = new Map<string, number[]>();
  for (const [name, row] of now.servers) {
    const grown = growth(known(before?.servers, name), row);
    const latency = difference(known(before?.latencies, name), now.latencies.get(name));
    if (latency) latencies.set(row.backend, sum(latencies.get(row.backend), latency));
    servers.set(name, {
      sessions: row.open,
      requests: grown.requests,
      errors: grown.answered5xx + grown.broken,
      ...(latency && { latency }),
    });
  }
  const services = new Map<string, Reading>();
  for (const [name, row] of now.backends) {
    const behind = growth(known(before?.backends, name), row);
    const inFront = growth(known(before?.frontends, name), now.frontends.get(name) ?? nothing);
    // Answers of 5xx that HAProxy gave in front of the backend: no replica was there to be asked.
    const unserved = Math.max(0, inFront.answered5xx - behind.answered5xx);
    const latency = latencies.get(name);
    services.set(name, {
      sessions: row.open,
      requests: behind.requests + unserved,
      errors: behind.answered5xx + unserved,
      ...(latency && { latency }),
    });
  }
  return { services, servers };
}

/** @param looks one for each process; the first look at one that is older than ourselves tells only where it begins */
export function inAll(
  looks: readonly { readonly readings: ReadonlyMap<string, Reading>; readonly isFirst: boolean }[],
): Map<string, SummedReading> {
  const total = new Map<string, SummedReading>();
  for (const { readings, isFirst } of looks)
    for (const [name, reading] of readings) {
      const begun = isFirst ? { sessions: reading.sessions, requests: 0, errors: 0 } : reading;
      const base = isFirst ? reading : { requests: 0, errors: 0 };
      const known = total.get(name);
      total.set(
        name,
        known ? { base: added(known.base, base), grown: merged(known.grown, begun) } : { base, grown: begun },
      );
    }
  return total;
}

function added(left: SummedReading['base'], right: SummedReading['base']): SummedReading['base'] {
  return { requests: left.requests + right.requests, errors: left.errors + right.errors };
}

function merged(left: Reading, right: Reading): Reading {
  const latency = right.latency ? sum(left.latency, right.latency) : left.latency;
  return { ...added(left, right), sessions: left.sessions + right.sessions, ...(latency && { latency }) };
}

function growth(before: RowCounters = nothing, now: RowCounters): RowCounters {
  return {
    open: now.open,
    requests: grown(before.requests, now.requests),
    answered5xx: grown(before.answered5xx, now.answered5xx),
    broken: grown(before.broken, now.broken),
  };
}

/** A counter that went back has begun anew. */
function grown(before: number, now: number): number {
  return now >= before ? now - before : now;
}

/** Undefined where nothing was counted. */
function difference(before: readonly number[] | undefined, now: readonly number[] | undefined): number[] | undefined {
  const found = now?.map((count, index) => grown(before?.[index] ?? 0, count));
  return found?.some((count) => count > 0) ? found : undefined;
}

function sum(left: readonly number[] | undefined, right: readonly number[]): number[] {
  return right.map((count, index) => count + (left?.[index] ?? 0));
}
