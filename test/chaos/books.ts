import type { Failure, LoadReport, SessionEnd } from '../load/rig/ledger.ts';
import { failureLine } from '../load/outcome.ts';
import { percentile } from '../bench/statistics.ts';
import type { ChaosEvent } from './event.ts';

/** One event and what came of it. */
export interface Entry {
  readonly kind: string;
  readonly event: ChaosEvent;
  /** From the moment at which it had been done; undefined if that never came. */
  readonly convergedMs: number | undefined;
  readonly failures: number;
  readonly violations: readonly string[];
}

/** What clients noticed since the books were last closed, by whether the event explains it. */
export interface Toll {
  readonly explained: number;
  readonly violations: readonly string[];
}

/** An answer of somebody else's, which nothing explains. */
const wrong = /^(asked for|the session of .* is answered by|.* number \d+ is answered)/;

/** Deals what clients were answered out to the events. */
export class Books {
  readonly #names: readonly string[];
  #failures = 0;
  #ended = 0;

  /** @param names services in the order of the load's addresses */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  close(report: LoadReport, event: ChaosEvent | undefined): Toll {
    const failures = report.failures.slice(this.#failures);
    const ended = report.ended.slice(this.#ended);
    this.#failures += failures.length;
    this.#ended += ended.length;
    const fails = failures.filter((failure) => !isExplained(this.#serviceOf(failure), failure, event));
    const lost = ended.filter((end) => !(event?.ends ?? []).includes(this.#serviceOf(end)));
    return {
      explained: failures.length - fails.length,
      violations: [
        ...fails.map((failure) => `${this.#serviceOf(failure)}: ${failureLine(failure)}`),
        ...lost.map((end) => `${this.#serviceOf(end)}: ${end.client} lost its session on ${end.session.replica}`),
      ],
    };
  }

  /** The load deals its clients out to the addresses in turn, and numbers them. */
  #serviceOf({ client }: Pick<Failure | SessionEnd, 'client'>): string {
    const index = Number(/(\d+)$/.exec(client)?.[1]);
    return this.#names[index % this.#names.length] ?? '';
  }
}

function isExplained(service: string, { what }: Failure, event: ChaosEvent | undefined): boolean {
  return !wrong.test(what) && (event?.fails ?? []).includes(service);
}

/** One row for each kind, and the last line. */
export function summaryOf(entries: readonly Entry[]): string {
  const kinds = [...new Set(entries.map(({ kind }) => kind))].sort();
  const rows = kinds.map((kind) => {
    const own = entries.filter((entry) => entry.kind === kind);
    const times = own.flatMap(({ convergedMs }) => convergedMs ?? []);
    const total = (count: (entry: Entry) => number): number => own.reduce((sum, entry) => sum + count(entry), 0);
    return [
      kind,
      String(own.length),
      shownMs(percentile(times, 0.5)),
      shownMs(percentile(times, 1)),
      String(total(({ failures }) => failures)),
      String(total(({ violations }) => violations.length)),
    ];
  });
  const header = ['event', 'count', 'converged p50', 'max', 'requests it cost', 'violations'];
  const violations = entries.reduce((sum, entry) => sum + entry.violations.length, 0);
  return `${table([header, ...rows])}\n\n${entries.length} events, ${violations} violations`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return lines.join('\n');
}

function shownMs(ms: number): string {
  return Number.isNaN(ms) ? '-' : `${ms.toFixed(0)} ms`;
}
