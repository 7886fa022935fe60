import type { TestNetwork } from '../../support/test-network.ts';
import { outcome, type Outcome } from '../outcome.ts';
import { Replicas } from '../replicas.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, measureAfter, measureBefore, serve } from '../service.ts';
import type { Size } from '../sizes.ts';

const drainTimeoutMs = 3_000;

/** One rolling update after the other, under clients of both eras. */
export async function rollouts(net: TestNetwork, size: Size): Promise<Outcome> {
  const version = (round: number) =>
    both('app', { port: net.port(0), replicas: 2, rollout: { drainTimeout: `${drainTimeoutMs}ms` } }, round);
  const events = await net.watchWorld();
  await serve(net, version(0));
  const { sessions, stateless, judges, paceMs } = size;
  const load = startLoad({ urls: [net.url(0).href], sessions, stateless, judges, paceMs });
  await measureBefore(load, size);
  for (let round = 1; round <= size.updates; round++) await net.change('app.yaml', version(round));
  await measureAfter(load, size);
  const report = await load.end();
  const replicas = await Replicas.seen(events, net.operator.log);
  const lost = report.ended.filter((end) => !replicas.wasDrained(end, drainTimeoutMs));
  const what = `${size.updates} rolling updates, ${sessions} sessions + ${stateless} stateless clients`;
  return outcome(what, report, { failures: report.failures, lost });
}
