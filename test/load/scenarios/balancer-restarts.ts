import { docker } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { statusAt } from '../../support/http.ts';
import type { TestNetwork } from '../../support/test-network.ts';
import type { Finding } from '../../bench/report.ts';
import { percentile } from '../../bench/statistics.ts';
import { outcome, type Outcome } from '../outcome.ts';
import { watchOutage } from '../outage.ts';
import { nowMs, type Failure } from '../rig/ledger.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, measureAfter, measureBefore, serve } from '../service.ts';
import type { Size } from '../sizes.ts';

/** What is done to HAProxy. */
const ways = {
  reload: async (net: TestNetwork): Promise<void> => {
    const before = await net.haproxy.workerPid();
    await net.haproxy.reload();
    await eventually(async () => (await net.haproxy.workerPid()) !== before, { timeoutMs: 20_000 });
  },
  restart: async (net: TestNetwork): Promise<void> => {
    await (await balancer(net)).restart({ t: 1 });
  },
  kill: async (net: TestNetwork): Promise<void> => {
    const killed = await balancer(net);
    const { StartedAt: before } = (await killed.inspect()).State;
    await killed.kill({ signal: 'SIGKILL' });
    // By the operator, by whichever container it sees fit.
    await eventually(
      async () => {
        const { State } = await (await balancer(net)).inspect();
        return State.Running && State.StartedAt !== before;
      },
      { timeoutMs: 30_000 },
    );
  },
} as const;

export type Way = keyof typeof ways;

/** HAProxy reloaded, restarted or killed: what is refused meanwhile, and that every session goes on where it was. */
export async function balancerRestarts(net: TestNetwork, size: Size, way: Way): Promise<Outcome> {
  await serve(net, both('app', { port: net.port(0), replicas: 3 }));
  const { sessions, stateless, judges, paceMs, restarts } = size;
  const load = startLoad({ urls: [net.url(0).href], sessions, stateless, judges, paceMs });
  await measureBefore(load, size);
  const gapsMs: number[] = [];
  const disturbed: (readonly [number, number])[] = [];
  for (let round = 0; round < restarts; round++) {
    const outage = watchOutage(net.healthUrl(0));
    const startedMs = nowMs();
    await ways[way](net);
    await eventually(async () => (await statusAt(net.healthUrl(0))) === 200, { timeoutMs: 30_000 });
    disturbed.push([startedMs, nowMs()]);
    // Every session has gone on by then, on the replica that it began with: the clients see to that themselves.
    await load.round();
    gapsMs.push(await outage.end());
  }
  await measureAfter(load, size);
  const report = await load.end();
  // A reload may cost nothing. Of a process that ends, nobody can save what it was doing, or what is asked before it is back.
  // A client that was not given the processor may learn only by its next request that its kept connection is broken.
  const isExcused = ({ startedMs, endedMs, connectedMs = startedMs }: Failure): boolean =>
    way !== 'reload' && disturbed.some(([fromMs, toMs]) => connectedMs <= toMs && endedMs >= fromMs);
  const failures = report.failures.filter((failure) => !isExcused(failure));
  const excused = report.failures.length - failures.length;
  const what = `HAProxy ${way}, ${restarts} times`;
  const findings: Finding[] = [
    { what: `${what}: nothing listens, p50`, unit: 'ms', ours: percentile(gapsMs, 0.5) },
    { what: `${what}: nothing listens, most`, unit: 'ms', ours: percentile(gapsMs, 1) },
    { what: `${what}: requests in flight or refused meanwhile`, unit: 'count', ours: excused },
  ];
  return outcome(what, report, { failures, lost: report.ended }, { findings, samples: { gapsMs } });
}

async function balancer(net: TestNetwork) {
  return docker.getContainer((await net.container('default', 'MCPNetwork', 'haproxy')).id);
}
