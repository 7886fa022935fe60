import { expect } from 'chai';
import fc from 'fast-check';
import { canaryWeights } from '../../controllers/mcpservice/weights.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import { network, resourceOf, service, type Manifest } from '../fakes/manifests.ts';
import { desire, first, itemsOf, only } from './context.ts';

const canary = { weight: 10, replicas: 1 };

/** What is desired of a manifest while another one of the service is the last that served. */
function beside(stable: Manifest): Partial<DesireContext> {
  return { rollout: () => ({ drained: [], stable: resourceOf(stable) }) };
}

function weights(items: ReturnType<typeof itemsOf>): number[] {
  return only(items, 'server').map(({ spec }) => spec.weight);
}

describe('weights of a canary', () => {
  it('give it its share, to a percent, whatever the numbers of replicas', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 0, max: 100 }),
        (replicas, trials, percent) => {
          const { stable, trial } = canaryWeights(Array<number>(replicas).fill(100), trials, percent);
          const sum = (all: readonly number[]): number => all.reduce((total, weight) => total + weight, 0);
          expect((100 * sum(trial)) / (sum(trial) + sum(stable))).to.be.closeTo(percent, 1);
          for (const weight of [...stable, ...trial]) expect(weight).to.be.within(0, 256).and.satisfy(Number.isInteger);
          expect(sum(stable), 'somebody takes over when the canary falls away').to.be.above(0);
        },
      ),
    );
  });

  it('leave the others the proportion of their own', () => {
    expect(canaryWeights([100, 300], 1, 50)).to.deep.equal({ stable: [64, 192], trial: [256] });
    expect(canaryWeights([0, 0], 2, 50)).to.deep.equal({ stable: [256, 256], trial: [256, 256] });
    expect(canaryWeights([100], 1, 0)).to.deep.equal({ stable: [256], trial: [0] });
    expect(canaryWeights([100, 100], 1, 100)).to.deep.equal({ stable: [1, 0], trial: [256] });
  });
});

describe('desire of a canary', () => {
  // As the ledger composes it: another content, the declared settings.
  const stable = service('files', { replicas: 2, rollout: { canary } });
  const changed = service('files', { replicas: 2, image: 'tiny:2', rollout: { canary } });

  it('keeps all replicas of the revision that last served, and adds those that are tried', () => {
    const workloads = only(itemsOf(changed, [network()], beside(stable)), 'workload');
    expect(
      workloads.map(({ spec, isTrial, group }) => [spec.images[0], isTrial ?? false, group.replicas]),
    ).to.deep.equal([
      ['tiny:1', false, 3],
      ['tiny:1', false, 3],
      ['tiny:2', true, 3],
    ]);
    expect(only(itemsOf(changed, [network()], beside(stable)), 'registration')).to.have.lengthOf(3);
  });

  it('changes weights and nothing else with the weight', () => {
    const heavier = service('files', { replicas: 2, image: 'tiny:2', rollout: { canary: { weight: 50 } } });
    const [before, after] = [
      itemsOf(changed, [network()], beside(stable)),
      itemsOf(heavier, [network()], beside(stable)),
    ];
    expect([weights(before), weights(after)]).to.deep.equal([
      [256, 256, 57],
      [128, 128, 256],
    ]);
    const but = (items: typeof before): unknown => items.filter(({ type }) => type !== 'server');
    expect(but(after)).to.deep.equal(but(before));
  });

  it('gives turns by weight while a canary is declared: idle servers are all the same to leastconn', () => {
    expect(first(itemsOf(changed, [network()], beside(stable)), 'backend').spec.algorithm).to.equal('roundrobin');
    expect(first(itemsOf(changed), 'backend').spec.algorithm).to.equal('roundrobin');
    expect(first(itemsOf(service('files')), 'backend').spec.algorithm).to.equal('leastconn');
  });

  it('is all of the change where nothing served before, or the containers stay the same', () => {
    expect(only(itemsOf(changed), 'workload').map(({ spec }) => spec.images[0])).to.deep.equal(['tiny:2', 'tiny:2']);
    const tagged = service('files', { replicas: 2, capabilities: ['tools'], rollout: { canary } });
    const items = itemsOf(tagged, [network()], beside(stable));
    expect(only(items, 'workload').map(({ isTrial }) => isTrial)).to.deep.equal([undefined, undefined]);
    expect(first(items, 'registration').spec.tags).to.include('tools');
  });

  it('is refused where two revisions cannot stand side by side, with what to do', () => {
    const exclusive = service('files', { rollout: { strategy: 'recreate', canary } });
    expect(desire(exclusive)).to.deep.equal({
      blocked: {
        reason: 'InvalidRollout',
        message:
          'files.yaml:1 spec.rollout.canary cannot be: strategy recreate leaves no place for a second revision; remove one of the two',
      },
    });
    const moved = service('files', { networkRef: { name: 'other' }, rollout: { canary } });
    const refused = desire(moved, [network('other')], beside(stable));
    expect('blocked' in refused && refused.blocked.reason).to.equal('InvalidRollout');
  });
});
