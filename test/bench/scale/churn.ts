/** A simulated week, an event a minute, with a resync every half hour; prints the heap after each tenth as JSON. */
import { setImmediate as turn } from 'node:timers/promises';
import { ScaleRig } from './rig.ts';

export interface Churn {
  readonly events: number;
  /** After each tenth of the events, collected. */
  readonly heapMb: readonly number[];
}

const services = 10;
const minuteMs = 60_000;
const weekMinutes = 7 * 24 * 60;

const events = Math.round(weekMinutes * Number(process.argv[2] ?? 1));
const rig = await ScaleRig.open(services, 2, 30 * minuteMs);
await rig.operator.start();
await rig.quiet();
const heapMb: number[] = [];
for (let event = 1; event <= events; event++) {
  await happen(event);
  rig.clock.forward(minuteMs);
  for (let turns = 0; turns < 20; turns++) await turn();
  if (event % Math.floor(events / 10) === 0) {
    await rig.quiet();
    global.gc?.();
    heapMb.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
}
await rig.close();
console.log(JSON.stringify({ events, heapMb } satisfies Churn));
process.exit(0);

/** Containers die and come back; manifests change, go, and come under names that were never there before. */
async function happen(event: number): Promise<void> {
  const running = rig.running();
  const victim = running[event % running.length];
  switch (event % 4) {
    case 0:
      if (victim !== undefined) rig.engine.stop(victim);
      return;
    case 1:
      return rig.declare(event % services, { replicas: 1 + (event % 3), image: `tiny:${event}` });
    case 2:
      await rig.declare(services + event, { replicas: 1 });
      return;
    case 3:
      if (event > services) await rig.withdraw(services + event - 1);
      return;
  }
}
