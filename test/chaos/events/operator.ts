import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { costs, harmless, type Kinds } from '../event.ts';
import type { ChaosWorld } from '../world.ts';

const hourMs = 3_600_000;

/**
 * The operator itself: killed, frozen, its clock set, its disk full, its directory gone. With the directory
 * HAProxy's file is gone, so HAProxy forgets where sessions are.
 */
export const operatorEvents: Kinds = {
  'operator killed': (world) => {
    const awayMs = world.random.between(0, 3_000);
    return {
      what: `the operator gets SIGKILL and is started after ${awayMs} ms`,
      ...harmless,
      act: async () => {
        await world.net.operator.end('SIGKILL');
        await delay(awayMs);
        await world.net.start();
      },
    };
  },
  'operator killed in a rollout': (world) => {
    const of = world.random.pick(world.names);
    const [beforeMs, awayMs] = [world.random.between(0, 1_500), world.random.between(0, 1_000)];
    return {
      what: `the operator gets SIGKILL ${beforeMs} ms after ${of} is updated, and is started after ${awayMs} ms`,
      ...costs(of),
      fails: [],
      act: async () => {
        await world.declare(of, { round: world.service(of).round + 1 });
        await delay(beforeMs);
        await world.net.operator.end('SIGKILL');
        await delay(awayMs);
        await world.net.start();
      },
    };
  },
  'operator frozen': (world) => {
    const of = world.random.pick(world.names);
    const frozenMs = world.random.between(500, 5_000);
    return {
      what: `the operator is stopped for ${frozenMs} ms, and a replica of ${of} is killed meanwhile`,
      ...costs(of),
      act: async () => {
        const { pid } = world.net.operator;
        const replica = await world.replica(of);
        process.kill(pid, 'SIGSTOP');
        await replica.kill({ signal: 'SIGKILL' });
        await delay(frozenMs);
        process.kill(pid, 'SIGCONT');
      },
    };
  },
  'clock set': (world) => {
    const of = world.random.pick(world.names);
    const offsetMs = world.random.pick([-1, 1]) * world.random.between(1, 1_000) * hourMs;
    return {
      what: `the operator's clock is ${offsetMs / hourMs} hours off, and a replica of ${of} is killed`,
      ...costs(of),
      act: async () => {
        await world.setClock(offsetMs);
        await (await world.replica(of)).kill({ signal: 'SIGKILL' });
      },
    };
  },
  'clock set back while the engine is away': (world) => {
    const of = world.random.pick(world.names);
    return {
      what: `the operator's clock is set back by a day while it tries to reach the engine to update ${of}`,
      ...costs(of),
      fails: [],
      act: async () => {
        await world.setClock(0);
        await world.engine.kill();
        await world.declare(of, { round: world.service(of).round + 1 });
        await delay(1_500);
        await world.setClock(-24 * hourMs);
        await world.engine.start(true);
      },
    };
  },
  'disk full': (world) => {
    const of = world.random.pick(world.names);
    const fullMs = world.random.between(1_000, 5_000);
    return {
      what: `the disk of the state directory is full for ${fullMs} ms while ${of} is updated`,
      ...costs(of),
      fails: [],
      act: async () => {
        const filler = join(world.net.disk, 'filler');
        await fill(filler);
        await world.declare(of, { round: world.service(of).round + 1 });
        await delay(fullMs);
        await rm(filler);
      },
    };
  },
  'disk full at the start': (world) => ({
    what: 'the operator is killed and started while the disk of the state directory is full',
    ...harmless,
    act: async () => {
      const filler = join(world.net.disk, 'filler');
      await world.net.operator.end('SIGKILL');
      await fill(filler);
      await world.net.start();
      await delay(1_000);
      await rm(filler);
    },
  }),
  'state removed': (world) => ({
    what: 'the state directory is removed under the operator',
    ...costs(...world.names),
    changes: [],
    act: () => removeState(world),
  }),
  'state removed at rest': (world) => ({
    what: 'the state directory is removed while no operator runs',
    ...costs(...world.names),
    changes: [],
    act: async () => {
      await world.net.operator.end('SIGTERM');
      await removeState(world);
      await world.net.start();
    },
  }),
};

async function removeState(world: ChaosWorld): Promise<void> {
  await rm(world.net.state, { recursive: true, force: true, maxRetries: 5 });
}

/** Writes until nothing more fits. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(4_096));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}
