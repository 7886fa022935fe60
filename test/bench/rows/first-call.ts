import { setTimeout as delay } from 'node:timers/promises';
import { untilRoutable } from '../client.ts';
import { docker } from '../../support/docker.ts';
import { Floor } from '../floor.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { RowResult } from '../report.ts';
import { median, percentile } from '../statistics.ts';

/** Long enough for the removal before it to have come to an end in every part. */
const settleMs = 1_000;
const askEveryMs = 5;

/** One file written -> the container is created -> the service is routable; the floor makes one such container. */
export async function firstCall(quick: boolean): Promise<RowResult> {
  const repeats = quick ? 4 : 40;
  const network = await BenchNetwork.open();
  const service = network.service(0);
  const operator = await BenchOperator.start(network);
  const samples = { created: [] as number[], routable: [] as number[], floor: [] as number[] };
  const phases = { ours: [] as Phases[], floor: [] as Phases[] };
  try {
    const floor = await Floor.prepare(network, [service]);
    for (let repeat = 0; repeat < repeats; repeat++) {
      await delay(settleMs);
      const before = operator.done.length;
      const startMs = Date.now();
      await network.write(service);
      await operator.untilRouted(service.metadata.name, before);
      const routableMs = await untilRoutable(network.url(0), askEveryMs);
      const [container = ''] = await network.replicas();
      const times = await engineTimes(container);
      samples.created.push(times.createdMs - startMs);
      samples.routable.push(routableMs - startMs);
      phases.ours.push(phasesOf(startMs, times, routableMs));
      await network.remove(service);
      await network.withoutServices();

      await delay(settleMs);
      const floorMs = Date.now();
      const [{ servedMs } = { servedMs: 0 }] = await floor.run();
      samples.floor.push(servedMs - floorMs);
      phases.floor.push(phasesOf(floorMs, await engineTimes(floor.item().id), servedMs));
      await floor.remove();
    }
  } finally {
    await operator.stop();
    await network.close();
  }
  return result(samples, phases);
}

interface Phases {
  readonly created: number;
  readonly started: number;
  readonly served: number;
}

function result(
  samples: Record<'created' | 'routable' | 'floor', number[]>,
  phases: Record<'ours' | 'floor', Phases[]>,
): RowResult {
  const [p50, p99] = [median(samples.created), percentile(samples.created, 0.99)];
  const [ours, floor] = [median(samples.routable), median(samples.floor)];
  const routable = { text: '<= floor + 100 ms', isMet: ours <= floor + 100 };
  return {
    findings: [
      { what: 'one file written -> first Docker call, p50', unit: 'ms', ours: p50 },
      {
        what: 'one file written -> first Docker call, p99',
        unit: 'ms',
        ours: p99,
        goal: { text: '<= 150 ms', isMet: p99 <= 150 },
      },
      { what: 'one file written -> routable, p50', unit: 'ms', ours, floor, ratio: ours / floor, goal: routable },
    ],
    notes: [`ours: ${described(phases.ours)}`, `floor: ${described(phases.floor)}`],
    samples: { ...samples, phases },
  };
}

/** As the engine noted them, with nanoseconds of which a Date keeps the milliseconds. */
async function engineTimes(id: string): Promise<{ createdMs: number; startedMs: number }> {
  const { Created: created, State: state } = await docker.getContainer(id).inspect();
  return { createdMs: Date.parse(created), startedMs: Date.parse(state.StartedAt) };
}

function phasesOf(startMs: number, times: { createdMs: number; startedMs: number }, servedMs: number): Phases {
  const { createdMs, startedMs } = times;
  return { created: createdMs - startMs, started: startedMs - createdMs, served: servedMs - startedMs };
}

function described(phases: readonly Phases[]): string {
  const p50 = (name: keyof Phases): string => median(phases.map((each) => each[name])).toFixed(0);
  return `to the call ${p50('created')} ms, creating and starting ${p50('started')} ms, until served ${p50('served')} ms`;
}
