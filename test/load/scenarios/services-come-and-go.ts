import type { Finding } from '../../bench/report.ts';
import { eventually } from '../../support/eventually.ts';
import { tiny } from '../../support/manifests.ts';
import type { TestNetwork } from '../../support/test-network.ts';
import { outcome, type Outcome } from '../outcome.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, measureAfter, measureBefore, serve } from '../service.ts';
import type { Size } from '../sizes.ts';
import { WorkerCount } from '../worker-count.ts';

const constant = ['one', 'two', 'three'];
/** Sessions that hold an event stream open through every reload. */
const streams = 6;
const atOnce = 5;

/** Services added and removed, some at a time, beside three that are under load all the while. */
export async function servicesComeAndGo(net: TestNetwork, size: Size): Promise<Outcome> {
  await serve(net, ...constant.map((name, index) => both(name, { port: net.port(index) })));
  const { sessions, stateless, judges, paceMs, services } = size;
  const urls = constant.map((_, index) => net.url(index).href);
  const load = startLoad({ urls, sessions, streams, stateless, judges, paceMs });
  await measureBefore(load, size);
  const reloadsBefore = await net.haproxy.reloads();
  const workers = new WorkerCount(net);
  for (let first = 0; first < services; first += atOnce) {
    const group = names(first, Math.min(first + atOnce, services));
    for (const [offset, name] of group.entries())
      await net.write(`${name}.yaml`, tiny(name, { port: net.port(constant.length + first + offset) }));
    await net.ready(...group);
  }
  for (let first = 0; first < services; first += atOnce) {
    const group = names(first, Math.min(first + atOnce, services));
    for (const name of group) await net.remove(`${name}.yaml`);
    await eventually(async () => (await Promise.all(group.map((name) => net.containers(name)))).flat().length === 0, {
      timeoutMs: 60_000,
    });
  }
  const reloads = (await net.haproxy.reloads()) - reloadsBefore;
  await measureAfter(load, size);
  const mostWorkers = await workers.end();
  const report = await load.end();
  const what = `${services} services added and removed, ${atOnce} at a time`;
  const findings: Finding[] = [
    { what: `${what}: reloads`, unit: 'count', ours: reloads },
    { what: `${what}: HAProxy workers at once, most`, unit: 'count', ours: mostWorkers },
    { what: `${what}: event streams cut, of ${streams}`, unit: 'count', ours: report.streamsCut },
  ];
  return outcome(what, report, { failures: report.failures, lost: report.ended }, { findings });
}

function names(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `passing-${from + index}`);
}
