import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { assemble } from '../../../operator/assemble.ts';
import { readConfig } from '../../../operator/config.ts';
import type { Operator } from '../../../operator/engine/operator.ts';
import { silentLogger } from '../../../operator/ports/logger.ts';
import { DirectorySource } from '../../../operator/sources/directory.ts';
import { eventually } from '../../support/eventually.ts';
import { ComposeProject } from '../compose.ts';
import { Floor } from '../floor.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { RowResult } from '../report.ts';
import { coldStartOf, withoutServices } from '../served.ts';
import { median } from '../statistics.ts';

const settleMs = 3_000;
const noOps = 15;

/** Two hundred real containers: made, and looked at once more, beside the same ones by raw calls and by Compose. */
export async function realMany(quick: boolean): Promise<RowResult> {
  const count = quick ? 40 : 200;
  const rounds = quick ? 1 : 2;
  const network = await BenchNetwork.open(count);
  const services = Array.from({ length: count }, (_, index) => network.service(index));
  let operator = await BenchOperator.start(network);
  try {
    const floor = await Floor.prepare(network, services);
    const compose = await ComposeProject.prepare(network, services);
    const samples = { ours: [] as number[], floor: [] as number[], composeUp: [] as number[], compose: [] as number[] };
    const noOp = { composeMs: [] as number[], oursMs: [] as number[], oursCpuMs: [] as number[] };
    const steps = [
      async () => {
        const startMs = Date.now();
        samples.ours.push(Math.max(...(await coldStartOf(network, operator, services))) - startMs);
      },
      async () => {
        const startMs = Date.now();
        const times = await floor.run();
        samples.floor.push(Math.max(...times.map(({ servedMs }) => servedMs)) - startMs);
        await floor.remove();
      },
      async () => {
        const startMs = Date.now();
        samples.composeUp.push((await compose.up()) - startMs);
        samples.compose.push((await compose.untilProbed()) - startMs);
        for (let round = 0; round < noOps; round++) noOp.composeMs.push(await timed(() => compose.up()));
        await compose.down();
      },
    ];
    for (let round = 0; round < rounds; round++) {
      // Another one begins every round, so that none always follows the same.
      for (let step = 0; step < steps.length; step++) {
        await delay(settleMs);
        const chosen = (step + round) % steps.length;
        await steps[chosen]?.();
        if (chosen !== 0) continue;
        await operator.stop();
        await passesOver(network, count, noOp);
        operator = await BenchOperator.start(network, count);
        await withoutServices(network, services);
      }
    }
    return result(count, samples, noOp);
  } finally {
    await operator.stop();
    await network.close();
  }
}

/** The operator in this process over what runs, so that a single resync can be asked for and timed. */
async function passesOver(
  network: BenchNetwork,
  count: number,
  noOp: Record<'oursMs' | 'oursCpuMs', number[]>,
): Promise<void> {
  const { scope, manifests, state } = network;
  const config = readConfig({ scope, manifests, state });
  const operator = await assemble(config, [new DirectorySource(manifests)], silentLogger);
  await operator.start();
  await eventually(() => readyIn(operator) === count + 1 && operator.idle, { timeoutMs: 60_000, intervalMs: 100 });
  for (let round = 0; round < noOps; round++) {
    await delay(200);
    const cpu = process.cpuUsage();
    noOp.oursMs.push(await timed(() => resynced(operator)));
    const { user, system } = process.cpuUsage(cpu);
    noOp.oursCpuMs.push((user + system) / 1_000);
  }
  await operator.stop();
}

/** A resync and every pass that follows from it. */
async function resynced(operator: Operator): Promise<void> {
  await operator.resync();
  while (!operator.idle) await turn();
}

function readyIn(operator: Operator): number {
  const isReady = ({ type, status }: { type: string; status: string }): boolean =>
    type === 'Ready' && status === 'True';
  return operator.statuses.all().filter(({ conditions }) => conditions.some(isReady)).length;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}

function result(
  count: number,
  samples: Readonly<Record<'ours' | 'floor' | 'composeUp' | 'compose', number[]>>,
  noOp: Readonly<Record<'composeMs' | 'oursMs' | 'oursCpuMs', number[]>>,
): RowResult {
  const [ours, floor, compose] = [median(samples.ours), median(samples.floor), median(samples.compose)];
  const [pass, composePass] = [median(noOp.oursMs), median(noOp.composeMs)];
  return {
    findings: [
      {
        what: `cold start of ${count}: files written -> all routable`,
        unit: 'ms',
        ours,
        floor,
        peer: { name: 'compose, to the last MCP answer', value: compose },
        ratio: ours / floor,
        goal: { text: '<= 1.10 x floor', isMet: ours <= 1.1 * floor },
      },
      {
        what: `nothing to do for ${count}: one look at everything`,
        unit: 'ms',
        ours: pass,
        peer: { name: 'compose up -d', value: composePass },
        ratio: pass / composePass,
        goal: { text: '< compose', isMet: pass < composePass },
      },
      { what: `nothing to do for ${count}, processor time`, unit: 'ms', ours: median(noOp.oursCpuMs) },
    ],
    notes: [`compose: up -d has ended after ${median(samples.composeUp).toFixed(0)} ms`],
    samples: { ...samples, ...noOp },
  };
}
