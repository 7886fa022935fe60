import { setTimeout as delay } from 'node:timers/promises';
import { ComposeProject } from '../compose.ts';
import { Floor } from '../floor.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { RowResult } from '../report.ts';
import { coldStartOf, withoutServices } from '../served.ts';
import { median } from '../statistics.ts';

const serviceCount = 20;
const settleMs = 2_000;

/** Files written -> all routable, beside the same containers made by raw calls and by Compose. Operator and network are up. */
export async function coldStart(quick: boolean): Promise<RowResult> {
  const rounds = quick ? 1 : 5;
  const network = await BenchNetwork.open();
  const services = Array.from({ length: serviceCount }, (_, index) => network.service(index));
  const operator = await BenchOperator.start(network);
  try {
    const floor = await Floor.prepare(network, services);
    const compose = await ComposeProject.prepare(network, services);
    const samples = {
      ours: [] as number[],
      floor: [] as number[],
      composeUp: [] as number[],
      composeServed: [] as number[],
    };
    const phases: object[] = [];
    for (let round = 0; round < rounds; round++) {
      const steps = [
        async () => {
          const startMs = Date.now();
          const routableMs = await coldStartOf(network, operator, services);
          samples.ours.push(Math.max(...routableMs) - startMs);
          phases.push({ firstRoutable: Math.min(...routableMs) - startMs, ...stepTimes(operator, startMs) });
          await withoutServices(network, services);
        },
        async () => {
          const startMs = Date.now();
          const times = await floor.run();
          samples.floor.push(Math.max(...times.map(({ servedMs }) => servedMs)) - startMs);
          phases.push({ floorStarted: Math.max(...times.map(({ startedMs }) => startedMs)) - startMs });
          await floor.remove();
        },
        async () => {
          const startMs = Date.now();
          samples.composeUp.push((await compose.up()) - startMs);
          samples.composeServed.push((await compose.untilProbed()) - startMs);
          await compose.down();
        },
      ];
      // Another one begins every round, so that none always follows the same.
      for (let step = 0; step < steps.length; step++) {
        await delay(settleMs);
        await steps[(step + round) % steps.length]?.();
      }
    }
    return result(samples, phases);
  } finally {
    await operator.stop();
    await network.close();
  }
}

function result(
  samples: Record<'ours' | 'floor' | 'composeUp' | 'composeServed', number[]>,
  phases: object[],
): RowResult {
  const [ours, floor, up, served] = [samples.ours, samples.floor, samples.composeUp, samples.composeServed].map(median);
  if (ours === undefined || floor === undefined || up === undefined || served === undefined)
    throw new Error('no rounds');
  const what = `cold start of ${serviceCount}: files written -> all routable`;
  return {
    findings: [
      {
        what,
        unit: 'ms',
        ours,
        floor,
        ratio: ours / floor,
        goal: { text: '<= 1.10 x floor', isMet: ours <= 1.1 * floor },
      },
      {
        what: `cold start of ${serviceCount}, beside Compose`,
        unit: 'ms',
        ours,
        peer: { name: 'compose up -d', value: up },
        ratio: ours / up,
        goal: { text: '<= compose', isMet: ours <= up },
      },
    ],
    notes: [
      `compose: up -d has ended after ${up.toFixed(0)} ms; its containers answer MCP after ${served.toFixed(0)} ms`,
    ],
    samples: { ...samples, phases },
  };
}

/** When the last action of each kind had ended. */
function stepTimes(operator: BenchOperator, startMs: number): Record<string, number> {
  const steps = operator.done.filter(({ atMs }) => atMs >= startMs);
  return Object.fromEntries(steps.map(({ verb, item, atMs }) => [`${verb} ${item.split('/', 1)[0]}`, atMs - startMs]));
}
