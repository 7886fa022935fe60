import type { Finding } from '../../bench/report.ts';
import { median, percentile } from '../../bench/statistics.ts';
import { ProbeTimes } from '../../bench/probe-times.ts';
import { assemble } from '../../../operator/assemble.ts';
import { readConfig } from '../../../operator/config.ts';
import { DirectorySource } from '../../../operator/sources/directory.ts';
import { eventually } from '../../support/eventually.ts';
import type { TestNetwork } from '../../support/test-network.ts';
import { outcome, type Outcome } from '../outcome.ts';
import { Replicas } from '../replicas.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, measureAfter, measureBefore } from '../service.ts';
import type { Size } from '../sizes.ts';

const drainTimeoutMs = 1_000;
/** From three, over which the sessions have spread. */
const steps = [1, 3, 2];
const goalMs = 15;

/** The number of replicas goes up and down under load, by an operator in this process, so that its probe can be timed. */
export async function scaling(net: TestNetwork, size: Size): Promise<Outcome & { readonly reloads: number }> {
  const rollout = { drainTimeout: `${drainTimeoutMs}ms` };
  const events = await net.watchWorld();
  const times = new ProbeTimes();
  const config = readConfig({ scope: net.scope, manifests: net.manifests, state: net.state }, {});
  const operator = await assemble(config, [new DirectorySource(net.manifests)], times.logger, { probe: times.probe });
  times.operator = operator;
  const resize = async (replicas: number): Promise<void> => {
    await net.write('app.yaml', both('app', { port: net.port(0), replicas, rollout }));
    await eventually(() => times.isSettled(replicas), { timeoutMs: 120_000, intervalMs: 100 });
  };
  await operator.start();
  try {
    await resize(3);
    const reloadsBefore = await net.haproxy.reloads();
    times.clear();
    const { sessions, stateless, judges, paceMs } = size;
    const load = startLoad({ urls: [net.url(0).href], sessions, stateless, judges, paceMs });
    await measureBefore(load, size);
    for (let change = 0; change < size.scaleChanges; change++) await resize(steps[change % steps.length] ?? 1);
    await measureAfter(load, size);
    const report = await load.end();
    const reloads = (await net.haproxy.reloads()) - reloadsBefore;
    const replicas = await Replicas.seen(events, times.log);
    const lost = report.ended.filter((end) => !replicas.wasDrained(end, drainTimeoutMs));
    const what = `${size.scaleChanges} scale changes, ${sessions} sessions + ${stateless} stateless clients`;
    const findings = scaleFindings(what, times.appliedMs, reloads);
    const samples = { appliedMs: times.appliedMs };
    return { ...outcome(what, report, { failures: report.failures, lost }, { findings, samples }), reloads };
  } finally {
    await operator.stop();
  }
}

function scaleFindings(what: string, appliedMs: readonly number[], reloads: number): Finding[] {
  const p99 = percentile(appliedMs, 0.99);
  return [
    { what: `${what}: reloads`, unit: 'count', ours: reloads, goal: { text: '0', isMet: reloads === 0 } },
    { what: `probe passed -> HAProxy applied, p50 of ${appliedMs.length}`, unit: 'ms', ours: median(appliedMs) },
    {
      what: 'probe passed -> HAProxy applied, p99',
      unit: 'ms',
      ours: p99,
      goal: { text: `<= ${goalMs} ms`, isMet: p99 <= goalMs },
    },
  ];
}
