import { endLoads } from '../../load/rig/start-load.ts';
import type { Outcome } from '../../load/outcome.ts';
import { badNeighbours } from '../../load/scenarios/bad-neighbours.ts';
import { balancerRestarts } from '../../load/scenarios/balancer-restarts.ts';
import { replicaKilled } from '../../load/scenarios/replica-killed.ts';
import { rollouts } from '../../load/scenarios/rollouts.ts';
import { scaling } from '../../load/scenarios/scaling.ts';
import { servicesComeAndGo } from '../../load/scenarios/services-come-and-go.ts';
import { throughput } from '../../load/scenarios/throughput.ts';
import { sizes, type Size } from '../../load/sizes.ts';
import { TestNetwork } from '../../support/test-network.ts';
import type { RowResult } from '../report.ts';

const open = new Set<TestNetwork>();

/** What happens to clients while the world changes below them. Minutes each, so they run only if they are named. */
export const loadRows: Readonly<Record<string, (quick: boolean) => Promise<RowResult>>> = {
  'load-rollouts': row(rollouts),
  'load-scaling': row(scaling),
  'load-services': row(servicesComeAndGo),
  'load-replica-killed': row(replicaKilled),
  'load-haproxy-reload': row((net, size) => balancerRestarts(net, size, 'reload')),
  'load-haproxy-restart': row((net, size) => balancerRestarts(net, size, 'restart')),
  'load-haproxy-kill': row((net, size) => balancerRestarts(net, size, 'kill')),
  'load-throughput': row(throughput),
  'load-neighbours': row(badNeighbours),
};

/** For the end of a run that was broken off. */
export async function closeLoad(): Promise<void> {
  await endLoads();
  await Promise.all([...open].map((net) => close(net)));
}

/** The scenario of a test, in its full size. */
function row(scenario: (net: TestNetwork, size: Size) => Promise<Outcome>): (quick: boolean) => Promise<RowResult> {
  return async (quick) => {
    const net = new TestNetwork({ servicePorts: 60 });
    open.add(net);
    await net.open();
    try {
      return await scenario(net, quick ? sizes.small : sizes.full);
    } finally {
      await endLoads();
      await close(net);
    }
  };
}

async function close(net: TestNetwork): Promise<void> {
  open.delete(net);
  await net.close();
}
