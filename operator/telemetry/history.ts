import { existsSync, renameSync, rmSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Traffic } from '../ports/traffic.ts';
import { Digest, fields, type Field, type Measurement } from './history-record.ts';
import { HistoryStore, type Mark } from './history-store.ts';
import { ranges, type Range } from './history-tiers.ts';
import type { SeenService } from './sight.ts';

export interface HistoryOptions {
  readonly path: string;
  /** Of the file; 90 MB when not given. */
  readonly mostBytes?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As `GET /api/v1/history` answers. */
export interface HistoryAnswer {
  readonly from: string;
  readonly to: string;
  readonly stepMs: number;
  readonly series: readonly ({ readonly key: string } & Readonly<Record<Field, readonly (number | null)[]>>)[];
  readonly marks: readonly (Omit<Mark, 'atMs'> & { readonly at: string })[];
}

/** More of them in one answer would be megabytes; who wants another one names it. */
const mostSeries = 100;
/** Of all services; of one they are looked through in no time. */
const blocksInARow = 10;
const repeatedMs = 5 * 60_000;
const retryMs = 60_000;
/** SQLite's result codes (sqlite.org/rescode.html): 11 and 26 mean that the file is damaged or no database. */
const damaged = new Set([11, 26]);
const full = 13;

/**
 * Remembers what was measured across restarts. It may fail at any time (the disk is full, the file is damaged or locked):
 * that costs the history and is told once, and nothing else notices.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #marked = new Map<string, number>();
  #store: HistoryStore | undefined;
  #retryAtMs = 0;
  #complaint: string | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  record(services: readonly SeenService[], traffic: (key: string) => Traffic | undefined): void {
    const measured = new Map(services.map((service) => [service.key, measurementOf(service, traffic(service.key))]));
    this.#attempt((store) => {
      store.write(this.#options.clock.now(), measured);
    });
  }

  /** One of the same key and reason is not marked again within five minutes: what flaps would fill the chart. */
  mark(mark: Omit<Mark, 'atMs'>): void {
    const atMs = this.#options.clock.now();
    const what = `${mark.key} ${mark.kind} ${mark.reason}`;
    if (mark.kind !== 'rollout' && atMs - (this.#marked.get(what) ?? -Infinity) < repeatedMs) return;
    this.#marked.delete(what);
    this.#marked.set(what, atMs);
    const [oldest] = this.#marked.keys();
    if (this.#marked.size > 10_000 && oldest !== undefined) this.#marked.delete(oldest);
    this.#attempt((store) => {
      store.mark({ ...mark, atMs });
    });
  }

  /** Reads in small steps, so that a long history holds up nobody. Nothing is known of a time without measurements. */
  async read(range: Range, key?: string): Promise<HistoryAnswer> {
    const { tier, lengthMs, stepMs } = ranges[range];
    const end = Math.ceil(this.#options.clock.now() / stepMs) * stepMs;
    const begin = end - lengthMs;
    const steps = lengthMs / stepMs;
    const columns = new Map<string, (Digest | undefined)[]>();
    const most = key === undefined ? blocksInARow : blocksInARow * 10;
    let marks: Mark[] = [];
    try {
      const store = this.#open();
      marks = store?.marks(begin, end, key) ?? [];
      for (let from = begin; from < end; await breathe()) {
        const blocks = this.#open()?.read(tier, from, end, key, most) ?? [];
        for (const { atMs, measured } of blocks) {
          const step = Math.floor((atMs - begin) / stepMs);
          for (const [of, measurement] of measured) digestOf(columns, of, step, steps)?.add(measurement);
        }
        from = blocks.length < most ? end : (blocks.at(-1)?.atMs ?? end) + 1;
      }
    } catch (error) {
      this.#failed(error);
    }
    return {
      from: new Date(begin).toISOString(),
      to: new Date(end).toISOString(),
      stepMs,
      series: [...columns]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([of, column]) => ({ key: of, ...columnsOf(column) })),
      marks: marks.map(({ atMs, ...mark }) => ({ at: new Date(atMs).toISOString(), ...mark })),
    };
  }

  close(): void {
    try {
      this.#store?.close();
    } catch {
      // What cannot be closed is closed by the end of the process.
    }
    this.#store = undefined;
    this.#retryAtMs = Infinity;
  }

  #open(): HistoryStore | undefined {
    if (!this.#store && this.#options.clock.now() >= this.#retryAtMs)
      this.#store = new HistoryStore(this.#options.path, this.#options.mostBytes);
    return this.#store;
  }

  #attempt(act: (store: HistoryStore) => void): void {
    try {
      const store = this.#open();
      if (!store) return;
      try {
        act(store);
      } catch (error) {
        if (codeOf(error) !== full) throw error;
        store.shrink();
        act(store);
      }
      if (this.#complaint !== undefined) this.#options.logger.info('the history is kept again');
      this.#complaint = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { path, logger, clock } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    let remedy = 'measurements are lost until it can be written again';
    try {
      this.#store?.close();
      this.#store = undefined;
      this.#retryAtMs = clock.now() + retryMs;
      if (damaged.has(codeOf(error)) && existsSync(path)) {
        renameSync(path, `${path}.damaged`);
        for (const beside of ['-wal', '-shm']) rmSync(`${path}${beside}`, { force: true });
        this.#retryAtMs = 0;
        remedy = `it begins anew; the old file is beside it, ${path}.damaged`;
      }
    } catch (further) {
      remedy += `; ${String(further)}`;
    }
    if (this.#complaint !== message) logger.warn('the history cannot be kept', { path, fault: message, remedy });
    this.#complaint = message;
  }
}

/** Undefined where there are too many series. */
function digestOf(
  columns: Map<string, (Digest | undefined)[]>,
  key: string,
  step: number,
  steps: number,
): Digest | undefined {
  let column = columns.get(key);
  if (!column && columns.size >= mostSeries) return undefined;
  if (!column) columns.set(key, (column = Array.from({ length: steps }, () => undefined)));
  return (column[step] ??= new Digest());
}

/** Node names SQLite's primary result code in the lower eight bits. */
function codeOf(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : 0;
}

function measurementOf({ up, readyReplicas }: SeenService, traffic: Traffic | undefined): Measurement {
  const unknown = Number.NaN;
  return {
    up: Number(up),
    readyReplicas,
    sessions: traffic?.sessions ?? unknown,
    requestsPerSecond: traffic?.requestsPerSecond ?? unknown,
    errorsPerSecond: traffic?.errorsPerSecond ?? unknown,
    p50Ms: traffic?.p50Ms ?? unknown,
    p95Ms: traffic?.p95Ms ?? unknown,
    p99Ms: traffic?.p99Ms ?? unknown,
  };
}

function columnsOf(column: readonly (Digest | undefined)[]): Record<Field, (number | null)[]> {
  const measurements = column.map((digest) => digest?.measurement);
  const values = (field: Field): (number | null)[] =>
    measurements.map((each) => (each === undefined || Number.isNaN(each[field]) ? null : rounded(each[field])));
  // Every field is among them.
  return Object.fromEntries(fields.map((field) => [field, values(field)])) as Record<Field, (number | null)[]>;
}

/** As precise as it was kept. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
