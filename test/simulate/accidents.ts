import type { FakeContainer } from '../fakes/engine.ts';
import type { FakeWorld } from '../fakes/world.ts';
import type { Effect } from './happen.ts';
import type { What } from './schedule.ts';

/** What befalls containers, daemons and what they keep, without the operator's doing. */
export const accidents = {
  kill: ({ which }, { world }) => {
    world.engine.kill(pick(which, ours(world, 'running'))?.name ?? '');
  },
  destroy: ({ which }, { world }) => {
    world.engine.destroy(pick(which, ours(world))?.name ?? '');
  },
  startByHand: ({ which }, { world }) => {
    world.engine.start(pick(which, ours(world, 'exited'))?.name ?? '');
  },
  restartEngine: ({ who }, { world: { engine, clock } }) => {
    engine.away = 'the engine starts again';
    engine.restart();
    clock.after((who % 5) * 1_000, () => {
      engine.away = undefined;
    });
  },
  killBalancer: (_, { world }) => {
    world.engine.kill(part(world, 'haproxy'));
  },
  killRegistry: (_, { world }) => {
    world.engine.kill(part(world, 'consul'));
  },
  loseCatalog: (_, { world }) => {
    world.registry.lose();
  },
  forgetEntry: ({ which }, { world: { registry } }) => {
    const entries = [...registry.entries].flatMap(([id, item]) => (item ? [id] : []));
    registry.forget(pick(which, entries) ?? '');
  },
  loseRuntimeState: (_, { world }) => {
    world.balancer.loseRuntimeState();
  },
  unload: ({ which }, { world: { balancer } }) => {
    balancer.unload(
      pick(
        which,
        balancer.look().filter(({ type }) => type === 'server'),
      )?.id ?? '',
    );
  },
  loseBalancer: (_, { world }) => {
    world.balancer.lose();
  },
  daemonAway: ({ which }, { world }) => {
    const driver = pick(which, world.drivers);
    if (driver) driver.away = 'is away';
  },
  daemonBack: ({ which }, { world }) => {
    const driver = pick(which, world.drivers);
    if (driver) driver.away = undefined;
  },
  takePort: ({ who, which }, { world: { balancer, clock } }) => {
    balancer.takenPorts.add(11_100 + (which % 4));
    clock.after((who % 5) * 3_000, () => {
      balancer.takenPorts.clear();
    });
  },
} satisfies Partial<Record<What, Effect>>;

function pick<T>(which: number, all: readonly T[]): T | undefined {
  return all[which % Math.max(1, all.length)];
}

function ours({ engine }: FakeWorld, state?: FakeContainer['state']): FakeContainer[] {
  return [...engine.containers.values()].filter((each) => each.item && (state === undefined || each.state === state));
}

function part(world: FakeWorld, group: string): string {
  return ours(world).find(({ item }) => item?.group.name === group)?.name ?? '';
}
