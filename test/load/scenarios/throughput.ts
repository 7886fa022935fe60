import { setTimeout as delay } from 'node:timers/promises';
import { measureLoad } from '../../bench/machine.ts';
import type { Finding } from '../../bench/report.ts';
import { percentile } from '../../bench/statistics.ts';
import type { TestNetwork } from '../../support/test-network.ts';
import { outcome, type Outcome } from '../outcome.ts';
import { nowMs, type LoadReport } from '../rig/ledger.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, serve } from '../service.ts';
import type { Size } from '../sizes.ts';

/** Small enough that three replicas, the balancer and the clients fit on two cores. */
const cpus = '250m';
/** Processor time of one call: a replica can do 50 in a second. */
const work = { tool: 'burn', ms: 5 } as const;
const clients = 12;
const steps = [1, 2, 3];

interface Measured {
  readonly replicas: number;
  readonly durationMs: number;
  readonly busyCores: number;
}

/** What one service answers with one, two and three replicas that are each limited by their processor. */
export async function throughput(
  net: TestNetwork,
  size: Size,
): Promise<Outcome & { readonly used: readonly number[] }> {
  const resources = { cpus, memory: '256Mi', pids: 64 };
  const replicated = (replicas: number) => both('app', { port: net.port(0), replicas, resources });
  await serve(net, replicated(1));
  const load = startLoad({ urls: [net.url(0).href], stateless: clients, work, paceMs: 1 });
  const measured: Measured[] = [];
  const used: number[] = [];
  for (const replicas of steps) {
    if (replicas > 1) await net.change('app.yaml', replicated(replicas));
    await load.round();
    const before = await requestsOf(net);
    await load.phase(String(replicas));
    const startedMs = nowMs();
    const [{ busyCores }] = await Promise.all([measureLoad(), delay(size.measureMs)]);
    measured.push({ replicas, durationMs: nowMs() - startedMs, busyCores });
    await load.phase('between');
    used.push([...(await requestsOf(net))].filter(([name, count]) => count > (before.get(name) ?? 0)).length);
  }
  const report = await load.end();
  const rates = measured.map((each) => rateOf(report, each));
  const findings = measured.flatMap((each, index) => findingsOf(report, each, rates[index] ?? 0, rates[0] ?? 0));
  const what = `throughput with ${cpus} of processor for each replica`;
  const verdict = { failures: report.failures, lost: report.ended };
  return { ...outcome(what, report, verdict, { findings, samples: { measured, rates } }), used };
}

/** Requests that each server has been given so far. */
async function requestsOf(net: TestNetwork): Promise<ReadonlyMap<string, number>> {
  return new Map((await net.haproxy.servers('app')).map(({ svname, stot }) => [svname ?? '', Number(stot)]));
}

function rateOf(report: LoadReport, { replicas, durationMs }: Measured): number {
  return (latenciesOf(report, replicas).length / durationMs) * 1000;
}

function findingsOf(report: LoadReport, { replicas, busyCores }: Measured, rate: number, alone: number): Finding[] {
  const latenciesMs = latenciesOf(report, replicas);
  const what = `${replicas} x ${cpus}`;
  return [
    {
      what: `${what}: answers (${busyCores.toFixed(2)} cores of the machine busy)`,
      unit: 'requests/s',
      ours: rate,
      ...(replicas > 1 && { peer: { name: 'one replica', value: alone }, ratio: rate / alone }),
    },
    { what: `${what}: p50 of ${clients} clients without a pause`, unit: 'ms', ours: percentile(latenciesMs, 0.5) },
    { what: `${what}: p99`, unit: 'ms', ours: percentile(latenciesMs, 0.99) },
  ];
}

function latenciesOf({ latenciesMs }: LoadReport, replicas: number): readonly number[] {
  return latenciesMs[String(replicas)]?.stateless ?? [];
}
