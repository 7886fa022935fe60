import { expect } from 'chai';
import fc from 'fast-check';
import { Harness } from '../fakes/harness.ts';
import { network, service, type Manifest } from '../fakes/manifests.ts';
import { noTrouble } from '../fakes/trouble.ts';
import { FakeWorld } from '../fakes/world.ts';

const seed = Number(process.env['SEED'] ?? 20_261_123);
const numRuns = Number(process.env['RUNS'] ?? 10);
const key = 'MCPService/default/files';

function containers({ world }: Harness): string[] {
  return [...world.engine.containers.values()].filter(({ item }) => item?.owner === key).map(({ name }) => name);
}

describe('recreate', () => {
  const files = (image: string, more: Manifest = {}): Manifest =>
    service('files', { image, rollout: { strategy: 'recreate', drainTimeout: '60s' }, ...more });

  it('never runs two revisions at once, makes the new one ready first, and waits for no session', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    const [old = ''] = harness.world.running('files');
    for (const { serial, starts } of harness.world.engine.containers.values())
      harness.world.sessions.set(`c${serial}-${starts}`, 3);
    const done = harness.world.actions.length;
    harness.source.set(files('tiny:2'));
    for (let step = 0; step < 100; step++) {
      await harness.pass(50);
      expect(harness.world.running('files').length).to.be.at.most(1);
    }
    expect(harness.world.running('files')).to.have.lengthOf(1).and.not.include(old);
    expect(harness.world.reached('files')).to.deep.equal(harness.world.running('files'));
    const steps = harness.world.actions.slice(done).map(({ verb, item }) => `${verb} ${item.type}`);
    expect(steps).to.deep.equal([
      'prepare workload',
      'remove server',
      'remove registration',
      'remove workload',
      'start workload',
      'create server',
      'create registration',
    ]);
    expect(harness.condition('files')).to.equal('True Serving');
  });

  it('keeps the old one serving while the image of the new one is missing', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    const old = harness.world.running('files');
    harness.world.engine.missingImages.add('tiny:2');
    harness.source.set(files('tiny:2'));
    await harness.pass(120_000);
    expect(harness.world.reached('files')).to.deep.equal(old);
    expect(harness.condition('files', 'Degraded')).to.equal('True ImageMissing');
    expect(harness.message('files', 'Degraded')).to.match(
      /revision 2 does not come up, revision 1 goes on serving: image "tiny:2" is not here/,
    );
    harness.world.engine.missingImages.clear();
    await harness.pass(60_000);
    expect(harness.world.reached('files')).to.have.lengthOf(1).and.not.deep.equal(old);
  });

  it('drains by sessions when nothing waits for the place', async () => {
    const harness = await Harness.settled(files('tiny:1', { replicas: 2 }));
    for (const { serial, starts } of harness.world.engine.containers.values())
      harness.world.sessions.set(`c${serial}-${starts}`, 1);
    harness.source.set(files('tiny:1', { replicas: 1 }));
    await harness.pass(30_000);
    expect(harness.world.running('files')).to.have.lengthOf(2);
    harness.world.sessions.clear();
    await harness.pass(5_000);
    expect(harness.world.running('files')).to.have.lengthOf(1);
  });
});

describe('canary', () => {
  const files = (image: string, more: Manifest = {}, rollout: Manifest = {}): Manifest =>
    service('files', { image, replicas: 2, rollout: { drainTimeout: '1s', ...rollout }, ...more });
  const trying = (image: string, weight = 10): Manifest => files(image, {}, { canary: { weight } });
  const served = ({ world }: Harness): Record<string, number> => {
    const weights: Record<string, number> = {};
    for (const { item } of world.balancer.routes('files')) {
      const image = world.engine.containers.get(item.id)?.item?.spec.images[0] ?? 'nobody';
      weights[image] = (weights[image] ?? 0) + item.spec.weight;
    }
    return weights;
  };
  const results = ({ operator }: Harness): string[] =>
    operator.commands.history(key).revisions.map(({ number, result }) => `${number} ${result}`);

  it('tries a change beside what serves, by weight, and rolls it out when it is taken away', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    const old = harness.world.running('files');
    harness.source.set(trying('tiny:2'));
    await harness.pass(30_000);
    expect(served(harness)).to.deep.equal({ 'tiny:1': 512, 'tiny:2': 57 });
    expect(harness.world.running('files')).to.have.lengthOf(3).and.include.members(old);
    expect(results(harness)).to.deep.equal(['1 Serving', '2 Canary']);
    expect([harness.condition('files'), harness.condition('files', 'Canary')]).to.deep.equal([
      'True Serving',
      'True Trying',
    ]);
    expect(harness.message('files', 'Canary')).to.equal(
      'revision 2 gets 10 % of new sessions on 1 replica, revision 1 the rest; remove spec.rollout.canary to roll it out, or take the change back',
    );
    await harness.replace();
    await harness.start();
    const done = harness.world.actions.length;
    harness.source.set(trying('tiny:2', 50));
    await harness.pass(30_000);
    expect(new Set(harness.world.actions.slice(done).map(({ verb, item }) => `${verb} ${item.type}`))).to.deep.equal(
      new Set(['update server']),
    );
    expect(served(harness)).to.deep.equal({ 'tiny:1': 256, 'tiny:2': 256 });
    harness.source.set(files('tiny:2'));
    await harness.pass(60_000);
    expect(served(harness)).to.deep.equal({ 'tiny:2': 200 });
    expect(results(harness)).to.deep.equal(['1 Superseded', '2 Serving']);
  });

  it('goes when the change is taken back, and another change takes its place', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    const old = harness.world.running('files');
    harness.source.set(trying('tiny:2'));
    await harness.pass(30_000);
    harness.source.set(trying('tiny:3'));
    await harness.pass(30_000);
    expect(Object.keys(served(harness)).toSorted()).to.deep.equal(['tiny:1', 'tiny:3']);
    harness.source.set(trying('tiny:1'));
    await harness.pass(30_000);
    expect(harness.world.running('files')).to.deep.equal(old);
    expect(results(harness)).to.deep.equal(['1 Superseded', '2 Superseded', '3 Superseded', '4 Serving']);
  });

  it('leaves everything to what serves when it does not come up, or is rolled back', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    const old = harness.world.running('files');
    harness.world.mute.add('tiny:2');
    harness.source.set(trying('tiny:2'));
    await harness.pass(120_000);
    expect(harness.world.reached('files')).to.deep.equal(old);
    expect(results(harness)).to.deep.equal(['1 Serving', '2 Failed']);
    expect(harness.message('files', 'Degraded')).to.include('revision 2 does not come up, revision 1 goes on serving');
    await harness.operator.commands.rollBack(key);
    await harness.pass(30_000);
    expect(harness.world.running('files')).to.deep.equal(old);
    expect([harness.condition('files'), harness.condition('files', 'Canary')]).to.deep.equal(['True Serving', 'none']);
  });

  it('is whole at once where nothing has served yet', async () => {
    const harness = await Harness.settled(trying('tiny:1'));
    expect(served(harness)).to.deep.equal({ 'tiny:1': 200 });
    expect(results(harness)).to.deep.equal(['1 Serving']);
  });
});

/** A manifest of the service, what becomes of its image, and how long it stands. */
interface Attempt {
  readonly image: number;
  readonly fate: 'good' | 'mute' | 'missing' | 'dies';
  readonly forMs: number;
}

describe('failed rollouts', function () {
  this.timeout(60_000);
  const attempts = fc.array(
    fc.record({
      image: fc.integer({ min: 2, max: 6 }),
      fate: fc.constantFrom<Attempt['fate']>('good', 'mute', 'mute', 'missing', 'dies'),
      forMs: fc.constantFrom(0, 30, 250, 3_000, 90_000),
    }),
    { minLength: 1, maxLength: 10 },
  );
  const settings = fc.record({
    replicas: fc.integer({ min: 1, max: 3 }),
    maxSurge: fc.integer({ min: 1, max: 2 }),
    strategy: fc.constantFrom('rolling', 'recreate'),
    slowMs: fc.constantFrom(0, 700),
    failing: fc.constantFrom(0, 0.2),
  });

  it('never pile up, never take away what serves, and end when the manifest is mended', async () => {
    await fc.assert(
      fc.asyncProperty(attempts, settings, fc.nat(), async (history, { slowMs, failing, ...rest }, seedOfWorld) => {
        const { replicas, maxSurge, strategy } = rest;
        const harness = new Harness({ world: new FakeWorld(seedOfWorld) });
        const { world } = harness;
        const files = (image: string): Manifest =>
          service('files', {
            image,
            replicas,
            rollout: { maxSurge, strategy, drainTimeout: '1s' },
            healthCheck: { startupTimeout: '2s' },
          });
        harness.source.set(network(), files('tiny:1'));
        await harness.start();
        await harness.pass(30_000);
        Object.assign(world.trouble, { slowMs, failing });
        // Where a call fails after it has had its effect, and the look at that fails as well, it is unseen for a while.
        const unseen = failing > 0 ? 1 : 0;
        const most = replicas + (strategy === 'recreate' ? replicas : maxSurge) + unseen;
        const watch = async (forMs: number): Promise<void> => {
          for (let passed = 0, stepMs = 50; passed <= forMs; passed += stepMs, stepMs *= 1.05) {
            await harness.pass(Math.round(stepMs));
            expect(containers(harness), 'containers').to.have.lengthOf.at.most(most);
            if (strategy === 'rolling')
              expect(world.reached('files'), 'routes').to.have.lengthOf.at.least(replicas - unseen);
          }
        };
        for (const { image, fate, forMs } of history) {
          const name = `${fate}:${image}`;
          if (fate === 'mute') world.mute.add(name);
          if (fate === 'missing') world.engine.missingImages.add(name);
          if (fate === 'dies') world.engine.diesAfterMs.set(name, 100);
          harness.source.set(files(name));
          await watch(forMs);
        }
        Object.assign(world.trouble, noTrouble);
        harness.source.set(files('mended:1'));
        await harness.pass(240_000);
        expect(containers(harness).toSorted()).to.deep.equal(world.running('files'));
        expect(world.reached('files')).to.deep.equal(world.running('files'));
        expect(world.running('files')).to.have.lengthOf(replicas);
        expect(harness.condition('files')).to.equal('True Serving');
        const { revisions } = harness.operator.commands.history(key);
        expect(revisions.length).to.be.at.most(10);
        expect(revisions.at(-1)?.result).to.equal('Serving');
        expect(revisions.filter(({ result }) => result === 'Serving')).to.have.lengthOf(1);
      }),
      { seed, numRuns },
    );
  });

  it('say which revision fails, why, and which one serves', async () => {
    const harness = await Harness.settled(service('files'));
    harness.world.mute.add('tiny:2');
    harness.source.set(service('files', { image: 'tiny:2', healthCheck: { startupTimeout: '2s' } }));
    await harness.pass(20_000);
    expect(harness.condition('files', 'Degraded')).to.equal('True NotSpeakingMCP');
    expect(harness.message('files', 'Degraded')).to.match(
      /^files\.yaml:1 revision 2 does not come up, revision 1 goes on serving: files-[0-9a-f]{8}-1 does not speak MCP: connection refused/,
    );
    expect(harness.condition('files', 'Available')).to.equal('True Serving');
    expect(harness.operator.commands.history(key).revisions.at(-1)).to.include({
      result: 'Failed',
      reason: 'NotSpeakingMCP',
    });
  });
});
