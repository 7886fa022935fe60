import { fileURLToPath } from 'node:url';
import type { BalancerFigures } from '../balancer/subject.ts';
import { type Budget, budgetFinding, figuresOf, growthLaw } from '../budget.ts';
import type { RowResult } from '../report.ts';

const subject = fileURLToPath(new URL('../balancer/subject.ts', import.meta.url));
const sizes = [100, 1_000, 10_000];

const budgets: readonly Budget<BalancerFigures>[] = [
  { field: 'renderCpuMs', what: 'configuration rendered', unit: 'ms', most: { 1_000: 30 } },
  { field: 'changeMs', what: 'one replica changed, until HAProxy follows', unit: 'ms', most: {} },
  { field: 'changeCpuMs', what: 'the same, processor time', unit: 'ms', most: {} },
  { field: 'callsPerChange', what: 'commands to HAProxy for it', unit: 'count', most: { 1_000: 1, 10_000: 1 } },
  { field: 'firstListCpuMs', what: 'first list, which reads the file, processor time', unit: 'ms', most: {} },
  { field: 'listCpuMs', what: 'every later list, processor time', unit: 'ms', most: { 1_000: 10 } },
  {
    field: 'idleWrites',
    what: 'files written, checks and reloads where nothing changes',
    unit: 'count',
    most: { 1_000: 0, 10_000: 0 },
  },
];

/** The driver of HAProxy at three sizes, two replicas a service, and the law by which it grows. Needs no engine. */
export async function haproxyConfig(quick: boolean): Promise<RowResult> {
  const measured: BalancerFigures[] = [];
  for (const size of quick ? sizes.slice(0, 2) : sizes) measured.push(await figuresOf(subject, [String(size)]));
  return {
    findings: budgets.flatMap((budget) => measured.map((figures) => budgetFinding(budget, figures))),
    notes: [
      ...budgets.filter(({ unit }) => unit === 'ms').map((budget) => growthLaw(budget, measured)),
      `the file: ${measured.map(({ services, bytes }) => `${services} services ${(bytes / 2 ** 20).toFixed(1)} MB`).join(', ')}`,
    ],
    samples: { measured },
  };
}
