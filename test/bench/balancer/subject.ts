/**
 * The driver of HAProxy with so many services of two replicas each, beside a stand-in for HAProxy: prints
 * {@link BalancerFigures} as JSON. Usage: subject.ts SERVICES
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerItem } from '../../../operator/core/item.ts';
import { directoryHousing } from '../../../operator/drivers/haproxy/directory-housing.ts';
import { HaproxyDriver } from '../../../operator/drivers/haproxy/driver.ts';
import { render } from '../../../operator/drivers/haproxy/render.ts';
import { systemClock } from '../../../operator/ports/clock.ts';
import { median } from '../statistics.ts';
import { balancerItems, modelOf } from './items.ts';

export interface BalancerFigures {
  readonly services: number;
  readonly bytes: number;
  /** Nothing of it rendered before. */
  readonly renderCpuMs: number;
  readonly changeMs: number;
  readonly changeCpuMs: number;
  /** Commands to HAProxy for one change of one replica. */
  readonly callsPerChange: number;
  /** The first, which reads the file. */
  readonly firstListCpuMs: number;
  readonly listCpuMs: number;
  /** Files written, checks and reloads for a change that changes nothing. */
  readonly idleWrites: number;
}

const replicas = 2;
const rounds = 15;
const { signal } = new AbortController();
const services = Number(process.argv[2]);
const items = balancerItems(services, replicas);
const directory = await mkdtemp(join(tmpdir(), 'mcpnet-bench-'));
const configPath = join(directory, 'default', 'haproxy.cfg');
try {
  console.log(JSON.stringify(await measure()));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measure(): Promise<BalancerFigures> {
  const renders = await times(5, async () => {
    const fresh = modelOf(items);
    return (await cpuOf(() => render(fresh))).cpuMs;
  });
  const content = Buffer.concat(render(modelOf(items)));
  await mkdir(join(directory, 'default'));
  await writeFile(configPath, content);
  const standIn = fork(fileURLToPath(new URL('stand-in.ts', import.meta.url)), [join(directory, 'default')]);
  await once(standIn, 'message');
  try {
    let checks = 0;
    const check = async (): Promise<undefined> => {
      checks++;
      return undefined;
    };
    const driver = new HaproxyDriver({
      housing: directoryHousing({ directory, clock: systemClock, check }),
      clock: systemClock,
    });
    const first = await cpuOf(() => driver.list(signal));
    const lists = await times(rounds, async () => (await cpuOf(() => driver.list(signal))).cpuMs);
    const changes = await times(rounds, (round) => cpuOf(() => put(driver, reweighted(round, 50 + round))));
    const calls = await changesSeenBy(standIn);
    const before = await stat(configPath);
    await put(driver, reweighted(0, 50));
    await driver.apply({ verb: 'update', item: items.balancer, cause: 'bench' }, signal);
    const after = await stat(configPath);
    const written = before.ino === after.ino && before.mtimeMs === after.mtimeMs ? 0 : 1;
    return {
      services,
      bytes: content.length,
      renderCpuMs: median(renders),
      changeMs: median(changes.map(({ ms }) => ms)),
      changeCpuMs: median(changes.map(({ cpuMs }) => cpuMs)),
      callsPerChange: calls / rounds,
      firstListCpuMs: first.cpuMs,
      listCpuMs: median(lists),
      idleWrites: written + checks + driver.balancer('default').reloads,
    };
  } finally {
    standIn.kill('SIGKILL');
  }
}

function put(driver: HaproxyDriver, item: ServerItem): Promise<unknown> {
  return driver.apply({ verb: 'update', item, cause: 'bench' }, signal);
}

/** Another replica every round, with another weight. */
function reweighted(round: number, weight: number): ServerItem {
  const item = items.servers[Math.floor((round * items.servers.length) / rounds)];
  if (!item) throw new Error('there are no servers');
  return { ...item, hash: `weight-${weight}`, spec: { ...item.spec, weight } };
}

async function changesSeenBy(standIn: ReturnType<typeof fork>): Promise<number> {
  standIn.send('how many');
  const [changes] = (await once(standIn, 'message')) as [number];
  return changes;
}

async function times<Result>(count: number, step: (round: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let round = 0; round < count; round++) results.push(await step(round));
  return results;
}

/** Processor time of all threads of this process, in user code and in the kernel. */
async function cpuOf(work: () => unknown): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const [before, startedMs] = [process.cpuUsage(), performance.now()];
  await work();
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000 };
}
