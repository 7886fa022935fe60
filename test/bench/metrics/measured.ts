import { join } from 'node:path';
import { createApp } from '../../../operator/api/app.ts';
import { HaproxyTraffic } from '../../../operator/drivers/haproxy/traffic.ts';
import { measure } from '../../../operator/measure.ts';
import { systemClock } from '../../../operator/ports/clock.ts';
import { silentLogger } from '../../../operator/ports/logger.ts';
import { History } from '../../../operator/telemetry/history.ts';
import { Metrics } from '../../../operator/telemetry/metrics.ts';
import { showOperator } from '../../../operator/views/show.ts';
import type { ScaleRig } from '../scale/rig.ts';
import { busyBalancer } from './stand-in.ts';

export const metrics = new Metrics({ version: '0' });

/** Everything that an operator measures and tells, over a rig; resolves with the address of its API. */
export async function measureRig(rig: ScaleRig, services: number): Promise<string> {
  const { signal } = new AbortController();
  const balancer = busyBalancer(services);
  const traffic = new HaproxyTraffic({
    balancers: async () => [balancer],
    clock: systemClock,
    countSessions: async () => undefined,
    signal,
  });
  const path = join(rig.directory, '.history.db');
  const history = new History({ path, clock: systemClock, logger: silentLogger });
  const measuring = measure(rig.operator, traffic, metrics, history);
  const options = { state: rig.directory, version: '0', startedAt: new Date().toISOString(), traffic };
  const app = createApp(showOperator(rig.operator, options), measuring.extensions);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  measuring.start();
  return address;
}
