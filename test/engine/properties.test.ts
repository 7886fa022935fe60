import { expect } from 'chai';
import fc from 'fast-check';
import type { Action } from '../../operator/core/plan.ts';
import type { Operator } from '../../operator/engine/operator.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';
import { FakeWorld } from '../fakes/world.ts';
import { calm, happen, histories, names, recover, wild, type Declared, type Happening } from './history.ts';

const seed = Number(process.env['SEED'] ?? 20_261_123);
const numRuns = Number(process.env['RUNS'] ?? 10);

/** A world with things of others in it, and an operator that has just started on two services. */
async function begin(seedOfWorld: number): Promise<{ harness: Harness; declared: Declared }> {
  const harness = new Harness({ world: new FakeWorld(seedOfWorld), allowEmpty: true });
  harness.world.engine.addForeignContainer('theirs');
  harness.world.engine.networks.set('theirs', undefined);
  harness.world.engine.volumes.set('theirs', undefined);
  harness.world.registry.entries.set('theirs', undefined);
  harness.source.set(network(), service('files', { replicas: 2, rollout: { drainTimeout: '1s' } }), service('memory'));
  await harness.start();
  await harness.pass(30_000);
  return {
    harness,
    declared: new Map([
      ['files', 2],
      ['memory', 1],
    ]),
  };
}

function expectConverged({ world, operator }: Harness, declared: Declared): void {
  for (const name of names) {
    const running = world.running(name);
    expect(running, `containers of ${name}`).to.have.lengthOf((declared.get(name) ?? 0) + trials(operator, name));
    expect(world.reached(name), `routes of ${name}`).to.deep.equal(running);
    expect(world.registered(name), `registrations of ${name}`).to.deep.equal(running);
  }
  const ours = [...world.engine.containers.values()].filter(({ item, state }) => item && state !== 'running');
  expect(
    ours.map(({ name }) => name),
    'stopped containers',
  ).to.deep.equal([]);
  expect(operator.idle, 'idle').to.equal(true);
}

/** Replicas of a canary that serves beside the others. */
function trials({ store, commands }: Operator, name: string): number {
  const key = `MCPService/default/${name}`;
  const spec = store.get(key)?.spec as { rollout: { canary?: { replicas: number } } } | undefined;
  const isTried = spec !== undefined && commands.history(key).revisions.at(-1)?.result === 'Canary';
  return isTried ? (spec.rollout.canary?.replicas ?? 0) : 0;
}

async function expectNothingMore(harness: Harness): Promise<void> {
  const done = harness.world.actions.length;
  await harness.pass(120_000);
  expect(harness.world.actions.slice(done)).to.deep.equal([]);
}

describe('operator, after any history', function () {
  this.timeout(60_000);
  const anything = histories([...calm, ...wild]);
  const property = (
    happenings: fc.Arbitrary<Happening[]>,
    check: (history: Happening[], seedOfWorld: number) => Promise<void>,
  ): Promise<void> => fc.assert(fc.asyncProperty(happenings, fc.nat(), check), { seed, numRuns });

  it('converges, finds nothing more to do, and leaves what belongs to others alone', async () => {
    await property(anything, async (history, seedOfWorld) => {
      const { harness, declared } = await begin(seedOfWorld);
      for (const happening of history) await happen(happening, harness, declared);
      await recover(harness);
      expectConverged(harness, declared);
      await expectNothingMore(harness);
      const { engine, registry } = harness.world;
      expect([
        engine.containers.get('theirs')?.state,
        engine.networks.has('theirs'),
        engine.volumes.has('theirs'),
        registry.entries.has('theirs'),
      ]).to.deep.equal(['running', true, true, true]);
    });
  });

  it('has nothing to do for the operator that takes over', async () => {
    await property(anything, async (history, seedOfWorld) => {
      const { harness, declared } = await begin(seedOfWorld);
      for (const happening of history) await happen(happening, harness, declared);
      await recover(harness);
      const before = harness.world.snapshot();
      const done = harness.world.actions.length;
      await harness.replace();
      const planned = harness.operator.plan();
      await harness.pass(1_000);
      expect((await planned).flatMap(({ actions }) => actions)).to.deep.equal([]);
      await harness.replace();
      await harness.start();
      await harness.pass(60_000);
      expect(harness.world.actions.slice(done)).to.deep.equal([]);
      expect(harness.world.snapshot()).to.deep.equal(before);
    });
  });

  it('never takes a serving replica away before its replacement serves', async () => {
    await property(histories(calm), async (history, seedOfWorld) => {
      const { harness, declared } = await begin(seedOfWorld);
      const losses = names.flatMap((name) => watchServing(harness, name));
      for (const happening of [...history, { what: 'goodCalls', who: 0, which: 0, afterMs: 60_000 } as const])
        await happen(happening, harness, declared);
      await recover(harness);
      expectConverged(harness, declared);
      expect(losses.flatMap((each) => each)).to.deep.equal([]);
    });
  });
});

/**
 * Actions that left fewer routes to a service than it had, and than it should have had by what the operator knew when it
 * decided. Filled while the operator works.
 */
function watchServing(harness: Harness, name: string): string[][] {
  const { world } = harness;
  const losses: string[] = [];
  const wantedAt = new WeakMap<Action, number>();
  for (const driver of [world.balancer, world.engine]) {
    const [apply, act] = [driver.apply.bind(driver), driver.act.bind(driver)];
    driver.apply = (action) => {
      const known = harness.operator.store.get(`MCPService/default/${name}`);
      wantedAt.set(action, (known?.spec as { replicas: number } | undefined)?.replicas ?? 0);
      return apply(action);
    };
    driver.act = (action) => {
      const before = world.reached(name).length;
      act(action);
      const after = world.reached(name).length;
      const wanted = wantedAt.get(action) ?? 0;
      if (after < before && after < wanted)
        losses.push(
          `${action.verb} ${action.item.type} ${action.item.id} left ${after} of ${wanted} (there were ${before}): ${action.cause}`,
        );
    };
  }
  return [losses];
}
