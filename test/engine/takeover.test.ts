import { expect } from 'chai';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';
import { FakeSource } from '../fakes/source.ts';

function expectServed({ world }: Harness, name: string, replicas: number): void {
  expect(world.running(name)).to.have.lengthOf(replicas);
  expect(world.reached(name)).to.deep.equal(world.running(name));
  expect(world.registered(name)).to.deep.equal(world.running(name));
}

describe('operator, at its beginning and end', () => {
  it('does nothing when another takes its place', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }), service('memory'));
    const done = harness.world.actions.length;
    const before = harness.world.snapshot();
    await harness.replace();
    await harness.start();
    await harness.pass(120_000);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
    expect(harness.world.snapshot()).to.deep.equal(before);
    expect(harness.condition('files')).to.equal('True Serving');
  });

  it('leaves everything serving when it stops, even in the middle of a rollout', async () => {
    const harness = await Harness.settled(service('files', { replicas: 3 }));
    harness.source.set(service('files', { replicas: 3, image: 'tiny:2' }));
    await harness.pass(300);
    await harness.replace();
    await harness.pass(60_000);
    expect(harness.world.reached('files').length).to.be.at.least(3);
    await harness.start();
    await harness.pass(300_000);
    expectServed(harness, 'files', 3);
  });

  it('carries out nothing to plan', async () => {
    const harness = await Harness.settled(service('files'));
    const done = harness.world.actions.length;
    harness.source.set(service('files', { image: 'tiny:2' }));
    await harness.replace();
    const planned = harness.operator.plan();
    await harness.pass(60_000);
    const [plan] = (await planned).filter(({ key }) => key.endsWith('/files'));
    expect(plan?.actions.map(({ verb, item }) => `${verb} ${item.type}`)).to.deep.equal(['create workload']);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
  });

  it('plans no step for a world that is as it should be', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    await harness.replace();
    const planned = harness.operator.plan();
    await harness.pass(1_000);
    expect((await planned).flatMap(({ actions }) => actions)).to.deep.equal([]);
  });

  it('keeps what is declared when its manifest becomes invalid, and says where', async () => {
    const harness = await Harness.settled(service('files'), service('memory'));
    harness.source.set(service('files', { replicas: 'two' }));
    await harness.pass(20_000);
    expectServed(harness, 'files', 1);
    expect(harness.condition('files', 'Accepted')).to.equal('False InvalidManifest');
    expect(harness.message('files', 'Accepted')).to.equal(
      'files.yaml:1:1 spec.replicas must be integer, not string; write a whole number (the last good version stays in force)',
    );
  });

  it('removes nothing while a manifest is invalid, and removes it then', async () => {
    const harness = await Harness.settled(service('files'), service('memory'));
    harness.source.set(service('memory', { replicas: -1 }));
    harness.source.remove(service('files'));
    await harness.pass(20_000);
    expectServed(harness, 'files', 1);
    harness.source.set(service('memory'));
    await harness.pass(20_000);
    expectServed(harness, 'files', 0);
  });

  it('removes nothing when the manifests vanish, at run time or before a start', async () => {
    const harness = await Harness.settled(service('files'));
    for (const more of [{ complete: false }, {}]) {
      harness.source.more = more;
      harness.source.remove(network(), service('files'));
      await harness.pass(60_000);
      expectServed(harness, 'files', 1);
      await harness.replace();
      await harness.start();
      await harness.pass(60_000);
      expectServed(harness, 'files', 1);
    }
  });

  it('removes nothing when manifests vanish and come back one file after the other', async () => {
    const source = new FakeSource({ isFileEach: true });
    const harness = new Harness({ source });
    source.set(network(), service('files'), service('memory'));
    await harness.start();
    await harness.pass(30_000);
    source.more = { documents: [] };
    await harness.pass(20_000);
    const done = harness.world.actions.length;
    source.more = {};
    source.set(service('files'));
    await harness.pass(60_000);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
  });

  for (const [where, lose] of [
    ['the listener', () => undefined],
    ['a container, where the balancer has lost everything', ({ world }: Harness) => world.balancer.lose()],
  ] as const)
    it(`leaves a service the port that it was given, as ${where} tells`, async () => {
      const harness = await Harness.settled(service('before'), service('files'));
      const portOf = (name: string): number | undefined =>
        harness.operator.statuses.get(`MCPService/default/${name}`)?.port;
      expect([portOf('before'), portOf('files')]).to.deep.equal([11_100, 11_101]);
      harness.source.remove(service('before'));
      await harness.pass(60_000);
      lose(harness);
      await harness.replace();
      await harness.start();
      await harness.pass(60_000);
      expect(portOf('files')).to.equal(11_101);
      expect(harness.world.reached('files')).to.have.lengthOf(1);
    });

  it('changes nothing on the word of an engine that is away, and picks up when it is back', async () => {
    const harness = await Harness.settled(service('files'));
    await harness.replace();
    for (const driver of harness.world.drivers) driver.away = 'is away';
    await harness.start();
    await harness.pass(60_000);
    for (const driver of harness.world.drivers) driver.away = undefined;
    await harness.pass(60_000);
    expectServed(harness, 'files', 1);
    expect(harness.operator.statuses.get('MCPService/default/files')?.port).to.equal(11_100);
  });

  it('removes nothing when the manifests are gone at a start at which nothing could be seen', async () => {
    const harness = await Harness.settled(service('files'));
    await harness.replace();
    harness.source.remove(network(), service('files'));
    for (const driver of harness.world.drivers) driver.away = 'is away';
    await harness.start();
    await harness.pass(3_000);
    for (const driver of harness.world.drivers) driver.away = undefined;
    await harness.pass(60_000);
    expectServed(harness, 'files', 1);
  });

  it('takes no route away because it cannot see the containers', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    await harness.replace();
    harness.world.engine.away = 'the engine does not answer';
    await harness.start();
    for (let minute = 0; minute < 5; minute++) {
      await harness.pass(60_000);
      expect(harness.world.reached('files')).to.have.lengthOf(2);
      expect(harness.world.registered('files')).to.have.lengthOf(2);
    }
    expect(harness.condition('files')).to.equal('False Unreachable');
    const done = harness.world.actions.length;
    harness.world.engine.away = undefined;
    await harness.pass(60_000);
    expectServed(harness, 'files', 2);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
  });

  it('keeps every port through a start during which nothing could be seen', async () => {
    const harness = await Harness.settled(service('files'));
    harness.source.set(service('early'));
    await harness.pass(20_000);
    const ports = (): unknown[] =>
      ['files', 'early'].map((name) => harness.operator.statuses.get(`MCPService/default/${name}`)?.port);
    const before = ports();
    await harness.replace();
    for (const driver of harness.world.drivers) driver.away = 'is away';
    await harness.start();
    await harness.pass(20_000);
    for (const driver of harness.world.drivers) driver.away = undefined;
    await harness.pass(120_000);
    expect(ports()).to.deep.equal(before);
    for (const name of ['files', 'early']) expectServed(harness, name, 1);
  });
});

describe('operator, where Consul knows of what nobody declares', () => {
  it('takes it away only when it has been so for a while', async () => {
    const harness = await Harness.settled(service('files'));
    const [entry] = [...harness.world.registry.entries.values()].filter((item) => item?.spec.service === 'files');
    if (!entry) throw new Error('files is not registered');
    const theirs = { ...entry, id: 'theirs-1', owner: 'MCPService/default/theirs', workload: 'theirs-1' };
    harness.world.registry.entries.set('theirs-1', theirs);
    harness.world.registry.hint('all');
    await harness.pass(25_000);
    expect(harness.world.registry.entries.has('theirs-1')).to.equal(true);
    await harness.pass(10_000);
    expect(harness.world.registry.entries.has('theirs-1')).to.equal(false);
    expectServed(harness, 'files', 1);
  });

  it('takes the registrations of what it removes itself away at once, before their replicas', async () => {
    const harness = await Harness.settled(service('files'), service('memory'));
    harness.source.remove(service('files'));
    await harness.pass(10_000);
    expectServed(harness, 'files', 0);
  });
});
