/** Measures an operator with as many services as the argument says, and prints the figures as JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import { median, spread } from '../statistics.ts';
import { nameOf, ScaleRig } from './rig.ts';

export interface Figures {
  readonly services: number;
  /** Processor time until everything was created, from files that were there. */
  readonly coldCpuMs: number;
  readonly resyncCpuMs: number;
  readonly rescanCpuMs: number;
  /** Half of the range in which the middle half of the rounds of each lies. */
  readonly resyncSpreadMs: number;
  readonly rescanSpreadMs: number;
  /** Lists per driver and resync. */
  readonly lists: number;
  readonly resyncActions: number;
  /** From the source's hint to the first driver call. */
  readonly changeMs: number;
  /** Processor time from the write to the last step of the change. */
  readonly changeCpuMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  /** Passes over one key, at most, in a storm of 10,000 events within a second, and single reads. */
  readonly stormPasses: number;
  readonly stormReads: number;
}

const services = Number(process.argv[2] ?? 100);
const rounds = 9;
const changes = 20;
/** Longer than a scan takes at any size. */
const settleMs = 50 + services / 10;
const stormEvents = 10_000;

/** After which the manifests are scanned however long the last scan took: of long ones there are fewer. */
const scanMs = 24 * 3_600_000;
/** Resyncs are asked for here, not by the clock, so that none falls into what else is measured. */
const never = Number.MAX_SAFE_INTEGER;
const rig = await ScaleRig.open(services, 2, never);
const cold = cpu();
await rig.operator.start();
await rig.quiet();
const coldCpuMs = cpu() - cold;
expectServed();

const figures: Figures = {
  services,
  coldCpuMs,
  ...(await resyncs()),
  ...(await oneChange()),
  ...memory(),
  ...(await storm()),
};
await rig.close();
console.log(JSON.stringify(figures));
process.exit(0);

function expectServed(): void {
  const ready = rig.operator.statuses.all().filter(({ readyReplicas }) => readyReplicas === 2).length;
  if (ready !== services + 1) throw new Error(`${ready} of ${services + 1} are ready`);
}

type Resyncs = 'resyncCpuMs' | 'resyncSpreadMs' | 'rescanCpuMs' | 'rescanSpreadMs' | 'lists' | 'resyncActions';

/** In turns: the waiting alone, a resync, a scan of the manifests. What the waiting itself costs is taken from the others. */
async function resyncs(): Promise<Pick<Figures, Resyncs>> {
  const [resynced, scanned] = [[] as number[], [] as number[]];
  let actions = 0;
  rig.onAction(() => actions++);
  const listsBefore = rig.engine.lists;
  for (let round = 0; round < rounds; round++) {
    const idle = await cpuOf(() => undefined);
    resynced.push((await cpuOf(() => rig.operator.resync())) - idle);
    scanned.push(
      (await cpuOf(() => {
        rig.clock.forward(scanMs);
      })) - idle,
    );
  }
  return {
    resyncCpuMs: median(resynced),
    resyncSpreadMs: spread(resynced),
    rescanCpuMs: median(scanned),
    rescanSpreadMs: spread(scanned),
    lists: (rig.engine.lists - listsBefore) / rounds,
    resyncActions: actions,
  };
}

/** Until all of it has settled; garbage of the step before is no part of it. */
async function cpuOf(step: () => unknown): Promise<number> {
  global.gc?.();
  const before = cpu();
  await step();
  await delay(settleMs);
  await rig.quiet();
  return cpu() - before;
}

async function oneChange(): Promise<Pick<Figures, 'changeMs' | 'changeCpuMs'>> {
  const [firstCalls, costs] = [[] as number[], [] as number[]];
  for (let round = 0; round < changes; round++) {
    const at = { hinted: 0, called: 0 };
    rig.onHint = () => (at.hinted ||= performance.now());
    rig.onAction(() => (at.called ||= performance.now()));
    const before = cpu();
    await rig.declare(Math.floor(Math.random() * services), { replicas: 2, image: `tiny:change-${round}` });
    while (at.called === 0) await delay(1);
    await rig.quiet();
    await delay(400);
    await rig.quiet();
    firstCalls.push(at.called - at.hinted);
    costs.push(cpu() - before);
  }
  rig.onHint = () => undefined;
  return { changeMs: median(firstCalls), changeCpuMs: median(costs) };
}

function memory(): Pick<Figures, 'rssMb' | 'heapMb'> {
  global.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 };
}

/** Containers that stop and run again, all over the place, with a hint for each. */
async function storm(): Promise<Pick<Figures, 'stormPasses' | 'stormReads'>> {
  const ids = rig.running();
  rig.passes.clear();
  const before = rig.engine.reads;
  let actions = 0;
  rig.onAction(() => actions++);
  const startedAt = performance.now();
  for (let event = 0; event < stormEvents;) {
    for (let burst = 0; burst < 100; burst++, event++) {
      const id = ids[Math.floor(event / 2) % ids.length] ?? '';
      if (event % 2 === 0) rig.engine.stop(id);
      else rig.engine.resume(id);
    }
    await delay(Math.max(0, startedAt + (event / stormEvents) * 1_000 - performance.now()));
  }
  await rig.quiet();
  await delay(1_500);
  await rig.quiet();
  if (rig.operator.statuses.get(`MCPService/default/${nameOf(0)}`)?.readyReplicas !== 2) throw new Error('not whole');
  return { stormPasses: Math.max(0, ...rig.passes.values()), stormReads: rig.engine.reads - before };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
