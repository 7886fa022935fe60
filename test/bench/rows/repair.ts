import { setTimeout as delay } from 'node:timers/promises';
import { untilRoutable } from '../client.ts';
import { docker } from '../../support/docker.ts';
import { ComposeProject } from '../compose.ts';
import { Floor, untilProbed } from '../floor.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { RowResult } from '../report.ts';
import { median } from '../statistics.ts';

const settleMs = 1_500;
const askEveryMs = 5;

/**
 * A container is killed -> it serves again. All three are timed from the moment at which the container is dead: ours
 * notices by itself, the floor starts it at once, Compose is called by somebody who knows.
 */
export async function repair(quick: boolean): Promise<RowResult> {
  const repeats = quick ? 3 : 20;
  const network = await BenchNetwork.open();
  const service = network.service(0);
  const operator = await BenchOperator.start(network);
  const samples = {
    ours: [] as number[],
    floor: [] as number[],
    composeUp: [] as number[],
    composeServed: [] as number[],
  };
  try {
    await network.write(service);
    await untilRoutable(network.url(0), askEveryMs);
    const floor = await Floor.prepare(network, [service]);
    await floor.run();
    const compose = await ComposeProject.prepare(network, [service]);
    await compose.up();
    for (let index = 0; index < repeats; index++) {
      await delay(settleMs);
      const [ours = ''] = await network.replicas();
      const before = operator.done.length;
      await kill(ours);
      await operator.untilRouted(service.metadata.name, before);
      samples.ours.push((await untilRoutable(network.url(0), askEveryMs)) - (await deathOf(ours)));

      await delay(settleMs);
      await kill(floor.item().id);
      await floor.container().start();
      samples.floor.push((await untilProbed(floor.container(), floor.item())) - (await deathOf(floor.item().id)));

      await delay(settleMs);
      await kill(compose.containerName());
      const [upMs, servedMs] = [await compose.up(), await compose.untilProbed()];
      const deadMs = await deathOf(compose.containerName());
      samples.composeUp.push(upMs - deadMs);
      samples.composeServed.push(servedMs - deadMs);
    }
    await compose.down();
  } finally {
    await operator.stop();
    await network.close();
  }
  return result(samples);
}

function result(samples: Record<'ours' | 'floor' | 'composeUp' | 'composeServed', number[]>): RowResult {
  const [ours, floor, up] = [median(samples.ours), median(samples.floor), median(samples.composeUp)];
  const served = median(samples.composeServed);
  return {
    findings: [
      {
        what: 'one killed container -> served again',
        unit: 'ms',
        ours,
        floor,
        peer: { name: 'compose up -d, run by hand', value: up },
        ratio: ours / floor,
        goal: { text: '<= 1.2 x floor', isMet: ours <= 1.2 * floor },
      },
    ],
    notes: [
      `compose: up -d has ended after ${up.toFixed(0)} ms; its container answers MCP after ${served.toFixed(0)} ms`,
    ],
    samples,
  };
}

/** Kills as `docker kill` does, after which no restart policy applies. */
async function kill(id: string): Promise<void> {
  await docker.getContainer(id).kill({ signal: 'SIGKILL' });
}

/** When the container ended last, which stays known after it has been started again. */
async function deathOf(id: string): Promise<number> {
  return Date.parse((await docker.getContainer(id).inspect()).State.FinishedAt);
}
