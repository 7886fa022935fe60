import { fileURLToPath } from 'node:url';
import { type Budget, budgetFinding, figuresOf, growthLaw } from '../budget.ts';
import type { Finding, RowResult } from '../report.ts';
import type { Churn } from '../scale/churn.ts';
import type { Figures } from '../scale/subject.ts';

const subject = fileURLToPath(new URL('../scale/subject.ts', import.meta.url));
const churn = fileURLToPath(new URL('../scale/churn.ts', import.meta.url));
/** The flags of Node that users get, see deploy/local/bootstrap.mjs, and a collector that can be called. */
const options = {
  flags: ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1', '--expose-gc'],
  env: { MALLOC_ARENA_MAX: '2' },
};
const sizes = [100, 1_000, 10_000];

const budgets: readonly Budget<Figures>[] = [
  { field: 'resyncCpuMs', what: 'converged resync, processor time', unit: 'ms', most: { 1_000: 50, 10_000: 500 } },
  { field: 'lists', what: 'lists of each platform at a resync', unit: 'count', most: { 1_000: 1, 10_000: 1 } },
  { field: 'changeMs', what: 'one manifest changed: hint to first call', unit: 'ms', most: { 10_000: 20 } },
  { field: 'changeCpuMs', what: 'one manifest changed: processor time of all of it', unit: 'ms', most: {} },
  { field: 'rescanCpuMs', what: 'manifests scanned without a change, processor time', unit: 'ms', most: {} },
  { field: 'rssMb', what: 'memory, RSS', unit: 'MB', most: { 1_000: 150, 10_000: 400 } },
  {
    field: 'stormPasses',
    what: '10,000 events in a second: passes over one key',
    unit: 'count',
    most: { 1_000: 2, 10_000: 2 },
  },
  { field: 'coldCpuMs', what: 'everything created, processor time', unit: 'ms', most: {} },
];

/** The operator alone, over a world that costs nothing, at three sizes, and the law by which it grows. */
export async function scaleFake(quick: boolean): Promise<RowResult> {
  const measured: Figures[] = [];
  for (const size of quick ? sizes.slice(0, 2) : sizes)
    measured.push(await figuresOf<Figures>(subject, [String(size)], options));
  const week = await figuresOf<Churn>(churn, [quick ? '0.1' : '1'], options);
  const findings = budgets.flatMap((budget) => measured.map((figures) => budgetFinding(budget, figures)));
  return {
    findings: [...findings, leak(week)],
    notes: [
      ...budgets.map((budget) => growthLaw(budget, measured)),
      ...measured.map(noise),
      `10 services, a simulated week: heap ${week.heapMb.map((mb) => mb.toFixed(1)).join(', ')} MB after each tenth`,
    ],
    samples: { measured, week },
  };
}

/** Without which nobody can tell a small figure from nothing. */
function noise({ services, resyncCpuMs, resyncSpreadMs, rescanCpuMs, rescanSpreadMs }: Figures): string {
  const told = (cpuMs: number, spreadMs: number): string =>
    `${cpuMs.toFixed(1)} ms, give or take ${spreadMs.toFixed(1)}`;
  return `${services} services, median and spread of the rounds: resync ${told(resyncCpuMs, resyncSpreadMs)}; scan ${told(rescanCpuMs, rescanSpreadMs)}`;
}

function leak({ events, heapMb }: Churn): Finding {
  const [first = Number.NaN, last = Number.NaN] = [heapMb[0], heapMb.at(-1)];
  return {
    what: `a week of churn, ${events} events: heap at its end to heap after a tenth`,
    unit: 'MB',
    ours: last,
    floor: first,
    ratio: last / first,
    goal: { text: '<= 1.05', isMet: last <= 1.05 * first },
  };
}
