import { expect } from 'chai';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

const quick = { rollout: { drainTimeout: '2s' } };

/** That a service is all there: its replicas run, clients reach exactly them, and Consul knows exactly them. */
function expectServed({ world, ...harness }: Harness, name: string, replicas: number): void {
  expect(world.running(name), `containers of ${name}`).to.have.lengthOf(replicas);
  expect(world.reached(name), `routes of ${name}`).to.deep.equal(world.running(name));
  expect(world.registered(name), `registrations of ${name}`).to.deep.equal(world.running(name));
  expect(harness.operator.idle, 'idle').to.equal(true);
}

describe('operator', () => {
  it('brings up what is declared, until clients reach every replica', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    expectServed(harness, 'files', 2);
    expect(harness.condition('files')).to.equal('True Serving');
    expect(harness.message('files')).to.equal('2 of 2 replicas serve');
  });

  it('does nothing more once all is as it should be', async () => {
    const harness = await Harness.settled(service('files'), service('memory'));
    const done = harness.world.actions.length;
    await harness.pass(600_000);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
  });

  it('replaces every replica on a new image, without a moment in which fewer serve', async () => {
    const harness = await Harness.settled(service('files', { ...quick, replicas: 3 }));
    const old = harness.world.running('files');
    harness.source.set(service('files', { ...quick, replicas: 3, image: 'tiny:2' }));
    for (let step = 0; step < 400; step++) {
      await harness.pass(50);
      expect(harness.world.reached('files').length).to.be.within(3, 4);
      expect(harness.world.running('files').length).to.be.within(3, 4);
    }
    expectServed(harness, 'files', 3);
    expect(harness.world.running('files')).to.not.have.any.members(old);
  });

  it('keeps the old replicas serving while the new ones do not speak MCP, and says so', async () => {
    const harness = await Harness.settled(service('files', { ...quick, replicas: 2 }));
    const old = harness.world.running('files');
    harness.world.mute.add('tiny:2');
    harness.source.set(service('files', { ...quick, replicas: 2, image: 'tiny:2' }));
    await harness.pass(300_000);
    expect(harness.world.reached('files')).to.deep.equal(old);
    expect(harness.condition('files')).to.equal('False NotSpeakingMCP');
    harness.source.set(service('files', { ...quick, replicas: 2 }));
    await harness.pass(30_000);
    expectServed(harness, 'files', 2);
    expect(harness.world.running('files')).to.deep.equal(old);
  });

  it('waits for open sessions before it takes an old replica away', async () => {
    const spec = { rollout: { drainTimeout: '60s' } };
    const harness = await Harness.settled(service('files', spec));
    for (const { serial, starts } of harness.world.engine.containers.values())
      harness.world.sessions.set(`c${serial}-${starts}`, 1);
    harness.source.set(service('files', { ...spec, image: 'tiny:2' }));
    await harness.pass(30_000);
    expect(harness.world.running('files')).to.have.lengthOf(2);
    expect(harness.world.reached('files')).to.have.lengthOf(1);
    harness.world.sessions.clear();
    await harness.pass(5_000);
    expectServed(harness, 'files', 1);
  });

  it('starts a replica again that died', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    harness.world.engine.kill(harness.world.running('files')[0] ?? '');
    await harness.pass(10_000);
    expectServed(harness, 'files', 2);
  });

  it('makes a replica anew that somebody removed', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    harness.world.engine.destroy(harness.world.running('files')[0] ?? '');
    await harness.pass(10_000);
    expectServed(harness, 'files', 2);
  });

  it("puts back a registration, a server and a balancer's whole configuration that were lost", async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    harness.world.registry.forget(harness.world.registered('files')[0] ?? '');
    await harness.pass(10_000);
    expectServed(harness, 'files', 2);
    harness.world.balancer.unload(harness.world.running('files')[1] ?? '');
    await harness.pass(10_000);
    expectServed(harness, 'files', 2);
    harness.world.balancer.lose();
    await harness.pass(10_000);
    expectServed(harness, 'files', 2);
  });

  it('follows replicas to the addresses that they get when the engine restarts', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }), service('memory', { replicas: 2 }));
    for (let round = 0; round < 5; round++) {
      harness.world.engine.restart();
      await harness.pass(20_000);
      for (const name of ['files', 'memory']) expectServed(harness, name, 2);
    }
  });

  it("never sends a client to a stranger that got a replica's address", async () => {
    const harness = await Harness.settled(
      service('files', { replicas: 2 }),
      service('memory', { replicas: 2, image: 'slow:1' }),
    );
    for (let round = 0; round < 5; round++) {
      harness.world.mute.add('slow:1');
      harness.world.engine.restart();
      await harness.pass(5_000);
      expect(harness.world.reached('memory').filter((name) => !name.startsWith('memory-'))).to.deep.equal([]);
      harness.world.mute.clear();
      await harness.pass(10_000);
    }
    expectServed(harness, 'memory', 2);
  });

  it('takes everything of a removed service away, and nothing else', async () => {
    const [files, memory] = [service('files'), service('memory')];
    const harness = await Harness.settled(files, memory);
    harness.source.remove(files);
    await harness.pass(20_000);
    expectServed(harness, 'files', 0);
    expectServed(harness, 'memory', 1);
    expect(harness.world.balancer.look().map(({ id }) => id)).to.not.include('files');
    expect(harness.operator.statuses.get('MCPService/default/files')).to.equal(undefined);
  });

  it('takes everything away when nothing is declared any more and that is meant', async () => {
    const harness = new Harness({ allowEmpty: true });
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(30_000);
    expectServed(harness, 'files', 1);
    harness.source.remove(network(), service('files'));
    await harness.pass(120_000);
    expect(harness.world.snapshot()).to.deep.equal([]);
    expect(harness.operator.keys()).to.deep.equal([]);
  });

  it('scales to nothing and back', async () => {
    const harness = await Harness.settled(service('files', { ...quick, replicas: 3 }));
    for (const replicas of [0, 2, 1]) {
      harness.source.set(service('files', { ...quick, replicas }));
      await harness.pass(30_000);
      expectServed(harness, 'files', replicas);
      expect(harness.condition('files')).to.equal('True Serving');
    }
  });

  it('keeps the port of a service when another comes before it in the alphabet', async () => {
    const harness = await Harness.settled(service('files'));
    const port = harness.operator.statuses.get('MCPService/default/files')?.port;
    harness.source.set(service('early'));
    await harness.replace();
    await harness.start();
    await harness.pass(20_000);
    expect(harness.operator.statuses.get('MCPService/default/files')?.port).to.equal(port);
    expectServed(harness, 'early', 1);
  });
});
