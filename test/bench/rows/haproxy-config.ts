import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { BalancerFigures } from '../balancer/subject.ts';
import type { Finding, RowResult } from '../report.ts';
import { growthExponent } from '../statistics.ts';

const subject = fileURLToPath(new URL('../balancer/subject.ts', import.meta.url));
const sizes = [100, 1_000, 10_000];

interface Budget {
  readonly field: keyof BalancerFigures;
  readonly what: string;
  readonly unit: Finding['unit'];
  readonly most: Readonly<Record<number, number>>;
}

const budgets: readonly Budget[] = [
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
  for (const size of quick ? sizes.slice(0, 2) : sizes) measured.push(await run(size));
  return {
    findings: budgets.flatMap((budget) => measured.map((figures) => finding(budget, figures))),
    notes: [
      ...budgets
        .filter(({ unit }) => unit === 'ms')
        .map(({ field, what }) => {
          const points = measured.map((figures) => [figures.services, figures[field]] as const);
          return `${what}: grows as N^${growthExponent(points).toFixed(2)}`;
        }),
      `the file: ${measured.map(({ services, bytes }) => `${services} services ${(bytes / 2 ** 20).toFixed(1)} MB`).join(', ')}`,
    ],
    samples: { measured },
  };
}

function finding({ field, what, unit, most }: Budget, figures: BalancerFigures): Finding {
  const [ours, limit] = [figures[field], most[figures.services]];
  return {
    what: `${what}, ${figures.services} services`,
    unit,
    ours,
    ...(limit !== undefined && { goal: { text: `<= ${limit}`, isMet: ours <= limit } }),
  };
}

async function run(services: number): Promise<BalancerFigures> {
  const child = spawn(process.execPath, [subject, String(services)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${subject} ended with ${String(code)}`);
  return JSON.parse(output) as BalancerFigures;
}
