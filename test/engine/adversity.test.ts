import { expect } from 'chai';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

function expectServed({ world }: Harness, name: string, replicas: number): void {
  expect(world.running(name)).to.have.lengthOf(replicas);
  expect(world.reached(name)).to.deep.equal(world.running(name));
  expect(world.registered(name)).to.deep.equal(world.running(name));
}

describe('operator, in adversity', () => {
  it('reports an image that is missing, tries again steadily, and goes on when it is there', async () => {
    const harness = new Harness();
    harness.world.engine.missingImages.add('tiny:1');
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(60_000);
    expect(harness.condition('files')).to.equal('False ImageMissing');
    const tries = harness.world.actions.filter(({ item }) => item.id.startsWith('files-')).length;
    expect(tries).to.be.within(5, 15);
    harness.world.engine.missingImages.clear();
    await harness.pass(10_000);
    expectServed(harness, 'files', 1);
  });

  it('names the process of another that holds the port, and the others go on', async () => {
    const harness = new Harness();
    harness.world.balancer.takenPorts.add(11_100);
    harness.source.set(network(), service('files'), service('memory'));
    await harness.start();
    await harness.pass(20_000);
    expect(harness.condition('files')).to.equal('False PortTaken');
    expectServed(harness, 'memory', 1);
    harness.world.balancer.takenPorts.clear();
    await harness.pass(20_000);
    expectServed(harness, 'files', 1);
  });

  it('lets a foreign container that has its name be, and says so', async () => {
    const harness = await Harness.settled(service('files'));
    const [name = ''] = harness.world.running('files');
    await harness.replace();
    harness.world.engine.containers.delete(name);
    harness.world.engine.addForeignContainer(name);
    await harness.start();
    await harness.pass(60_000);
    expect(harness.condition('files')).to.equal('False NameTaken');
    expect(harness.world.engine.containers.get(name)?.item).to.equal(undefined);
    expect(harness.world.engine.containers.get(name)?.state).to.equal('running');
  });

  it('adopts a frontend network that is there, and never removes it', async () => {
    const harness = new Harness({ allowEmpty: true });
    harness.world.engine.networks.set('sutazai-network', undefined);
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(30_000);
    expectServed(harness, 'files', 1);
    harness.source.remove(network(), service('files'));
    await harness.pass(120_000);
    expect([...harness.world.engine.networks.keys()]).to.deep.equal(['sutazai-network']);
    expect(harness.world.running('files')).to.deep.equal([]);
  });

  it('neither touches nor uses an internal network that is not ours, and says what is in the way', async () => {
    const harness = new Harness();
    harness.world.engine.networks.set('mcp-internal', undefined);
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(60_000);
    expect(harness.world.engine.networks.get('mcp-internal')).to.equal(undefined);
    expect(harness.world.engine.running()).to.deep.equal([]);
    const status = harness.operator.statuses.get('MCPNetwork/default/default');
    expect(status?.conditions.find(({ type }) => type === 'Ready')).to.deep.include({
      status: 'False',
      message: 'network mcp-internal a network named mcp-internal exists and is not ours (0 of 2 parts serve)',
    });
  });

  it('mends what crashes in a loop when the manifest is mended', async () => {
    const harness = new Harness();
    harness.world.engine.diesAfterMs.set('tiny:bad', 50);
    harness.source.set(network(), service('files', { image: 'tiny:bad' }));
    await harness.start();
    await harness.pass(5_000);
    expect(harness.condition('files')).to.match(/^False/);
    harness.source.set(service('files'));
    await harness.pass(30_000);
    expectServed(harness, 'files', 1);
  });

  it('goes on with one part of the world while another does not answer', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    harness.world.registry.away = 'no route to Consul';
    harness.world.engine.kill(harness.world.running('files')[0] ?? '');
    await harness.pass(60_000);
    expect(harness.world.reached('files')).to.have.lengthOf(2);
    expect([...harness.operator.unreachable.keys()]).to.deep.equal(['consul']);
    harness.world.registry.away = undefined;
    await harness.pass(60_000);
    expectServed(harness, 'files', 2);
    expect(harness.operator.unreachable.size).to.equal(0);
  });

  it('probes a starting replica as the newest manifest says', async () => {
    const harness = new Harness();
    harness.world.mute.add('tiny:1');
    harness.source.set(network(), service('files', { transport: 'streamable-http' }));
    await harness.start();
    await harness.pass(5_000);
    harness.world.onlyPath = '/up';
    harness.world.mute.clear();
    await harness.pass(5_000);
    expect(harness.condition('files', 'Available')).to.equal('False Starting');
    harness.source.set(service('files', { transport: 'streamable-http', healthCheck: { type: 'http', path: '/up' } }));
    await harness.pass(10_000);
    expect(harness.world.reached('files')).to.have.lengthOf(1);
  });

  it('moves a service to another network and back without a rest in the one it left', async () => {
    const other = network('other', {
      networks: { internal: { name: 'other-internal' }, frontend: { name: 'other-frontend' } },
      ports: { services: '11200-11210', discovery: 11_190, statistics: 11_199, dashboard: 11_191 },
    });
    const harness = await Harness.settled(service('files'), other);
    for (const name of ['other', 'default']) {
      harness.source.set(service('files', { networkRef: { name } }));
      await harness.pass(120_000);
      expectServed(harness, 'files', 1);
      const holders = [...harness.world.balancer.balancers.values()].filter(({ backends }) => backends.has('files'));
      expect(holders.map(({ item }) => item.id)).to.deep.equal([name]);
      const done = harness.world.actions.length;
      await harness.pass(60_000);
      expect(harness.world.actions.slice(done)).to.deep.equal([]);
    }
  });

  it('keeps what two networks share for the one that stays, and removes it with that', async () => {
    const other = network('other', {
      networks: { internal: { name: 'other-internal' }, frontend: { name: 'other-frontend' } },
      ports: { services: '11200-11210', discovery: 11_190, statistics: 11_199, dashboard: 11_191 },
    });
    const harness = await Harness.settled(other, service('files', { networkRef: { name: 'other' } }));
    harness.source.remove(network());
    await harness.pass(120_000);
    expectServed(harness, 'files', 1);
    expect(harness.world.engine.volumes.has('mcpnet-bridge-1')).to.equal(true);
    expect(harness.world.engine.networks.has('mcp-internal')).to.equal(false);
    const done = harness.world.actions.length;
    await harness.pass(60_000);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
    harness.source.remove(service('files'));
    harness.source.set(network('third', { ports: { services: '11300-11301', statistics: 11_399, discovery: 11_390 } }));
    await harness.pass(60_000);
    harness.source.remove(other, network('third'));
    harness.source.set(service('late'));
    await harness.pass(120_000);
    expect([...harness.world.engine.volumes.keys()]).to.deep.equal([]);
  });
});
