import type { Finding, RowResult } from '../bench/report.ts';
import { percentile, summary } from '../bench/statistics.ts';
import type { ClientKind, Failure, LoadReport, SessionEnd } from './rig/ledger.ts';

/** What a scenario has shown: figures to print, and what must be empty. */
export interface Outcome extends RowResult {
  /** Requests that somebody would have noticed although nothing made them fail. */
  readonly failed: readonly string[];
  /** Sessions that ended although their replica lived and was not drained to its deadline. */
  readonly lost: readonly string[];
}

const kinds: readonly ClientKind[] = ['session', 'stateless', 'judge', 'newcomer'];
const mostShown = 5;

/** `failed` and `lost` as findings, and the latencies of a phase beside those of the phase before it. */
export function outcome(
  what: string,
  report: LoadReport,
  verdict: { readonly failures: readonly Failure[]; readonly lost: readonly SessionEnd[] },
  extra: { readonly findings?: readonly Finding[]; readonly notes?: readonly string[]; readonly samples?: object } = {},
): Outcome {
  const failed = verdict.failures.map(failureLine);
  const lost = verdict.lost.map(
    ({ client, session, endedMs }) => `${time(endedMs)} ${client} lost its session on ${session.replica}`,
  );
  return {
    failed,
    lost,
    findings: [
      {
        what: `${what}: failed of ${report.requests} requests`,
        unit: 'count',
        ours: failed.length,
        goal: { text: '0', isMet: failed.length === 0 },
      },
      {
        what: `${what}: lost sessions`,
        unit: 'count',
        ours: lost.length,
        goal: { text: '0', isMet: lost.length === 0 },
      },
      {
        what: `${what}: sessions that ended as they may and were begun anew`,
        unit: 'count',
        ours: report.ended.length - lost.length,
      },
      ...latencyFindings(what, report),
      ...(extra.findings ?? []),
    ],
    notes: [...(extra.notes ?? []), ...failed.slice(0, mostShown), ...lost.slice(0, mostShown)],
    samples: { failed, lost, latencies: latencySummaries(report), ...extra.samples },
  };
}

/** p50 and p99 of every phase by kind; the last column of comparison is the phase `before`. */
function latencyFindings(what: string, { latenciesMs }: LoadReport): Finding[] {
  const { before } = latenciesMs;
  return Object.entries(latenciesMs)
    .filter(([phase]) => phase === 'during' || phase === 'after')
    .flatMap(([phase, byKind]) =>
      kinds.flatMap((kind): Finding[] => {
        const [now, then] = [byKind[kind], before?.[kind]];
        if (!now || !then) return [];
        const [p99, p99Before] = [percentile(now, 0.99), percentile(then, 0.99)];
        return [
          {
            what: `${what}: ${kind} p99 ${phase} (p50 ${percentile(now, 0.5).toFixed(1)}, before ${percentile(then, 0.5).toFixed(1)})`,
            unit: 'ms',
            ours: p99,
            peer: { name: 'before', value: p99Before },
            ratio: p99 / p99Before,
            ...(phase === 'during' && { goal: { text: '<= 2 x before', isMet: p99 <= 2 * p99Before } }),
          },
        ];
      }),
    );
}

function latencySummaries({ latenciesMs }: LoadReport): object {
  return Object.fromEntries(
    Object.entries(latenciesMs).map(([phase, byKind]) => [
      phase,
      Object.fromEntries(Object.entries(byKind).map(([kind, samples]) => [kind, summary(samples)])),
    ]),
  );
}

/** When, who, for how long, and what came instead of an answer. */
export function failureLine({ client, startedMs, endedMs, session, what }: Failure): string {
  const where = session ? ` (session on ${session.replica})` : '';
  return `${time(startedMs)} ${client}${where}, after ${(endedMs - startedMs).toFixed(0)} ms: ${what}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}
