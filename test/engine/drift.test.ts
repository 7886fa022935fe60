import { expect } from 'chai';
import { hashOf, hashVersions, type HashVersion } from '../../operator/core/hash.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

function verbs(harness: Harness, from: number): string[] {
  return harness.world.actions.slice(from).map(({ verb, item }) => `${verb} ${item.type}`);
}

function first(harness: Harness, name: string): string {
  const [id] = harness.world.running(name);
  if (id === undefined) throw new Error(`no container of ${name} runs`);
  return id;
}

describe('operator, where somebody changed a container', () => {
  const changes = {
    memory: { memoryBytes: '1' },
    'a limit of processes': { pids: '7' },
    networks: { networks: 'mcp-internal,other' },
    'a name': { name: 'other' },
    'what only the platform knows': { repairable: 'restart policy no -> unless-stopped' },
  };
  for (const [what, drift] of Object.entries(changes))
    it(`sets right ${what} in place, once`, async () => {
      const harness = await Harness.settled(service('files', { replicas: 2 }));
      const [done, before] = [harness.world.actions.length, harness.world.reached('files')];
      harness.world.engine.change(first(harness, 'files'), drift);
      await harness.pass(120_000);
      expect(verbs(harness, done)).to.deep.equal(['update workload']);
      expect(harness.world.reached('files')).to.deep.equal(before);
      expect(harness.condition('files')).to.equal('True Serving');
    });

  for (const drift of [{ altered: 'it is not what was made' }, { nanoCpus: '500000000' }])
    it(`puts another in the place of one beyond repair, growing first: ${JSON.stringify(drift)}`, async () => {
      const harness = await Harness.settled(service('files', { replicas: 2 }));
      const [id, done] = [first(harness, 'files'), harness.world.actions.length];
      harness.world.engine.change(id, drift);
      for (let second = 0; second < 120; second++) {
        await harness.pass(1_000);
        expect(harness.world.reached('files').length).to.be.at.least(2);
      }
      expect(harness.world.running('files')).to.have.lengthOf(2).and.not.include(id);
      expect(harness.world.reached('files')).to.deep.equal(harness.world.running('files'));
      expect(verbs(harness, done).filter((verb) => verb === 'create workload')).to.have.lengthOf(1);
    });

  it('replaces parts of the network that were altered, too', async () => {
    const harness = await Harness.settled(service('files'));
    for (const container of harness.world.engine.running())
      if (container.item?.owner === 'MCPNetwork/default/default')
        harness.world.engine.change(container.name, { altered: 'it is not what was made' });
    await harness.pass(120_000);
    expect(harness.world.engine.running().map(({ name }) => name)).to.satisfy((names: string[]) =>
      ['consul', 'haproxy'].every((part) => names.some((name) => name.includes(part) && name.endsWith('-2'))),
    );
    expect(harness.world.reached('files')).to.deep.equal(harness.world.running('files'));
    expect(harness.world.registered('files')).to.deep.equal(harness.world.running('files'));
  });
});

describe('operator, whose HAProxy has lost its directory', () => {
  it('has another take over beside it, once all routes are there, and without a gap', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }), service('memory'));
    const haproxies = (): string[] =>
      harness.world.engine.running().flatMap(({ name }) => name.match(/^default-haproxy-.*/) ?? []);
    const [old = ''] = haproxies();
    const done = harness.world.actions.length;
    harness.world.engine.change(old, { detached: 'the directory that it has at /etc/mcpnet was removed' });
    let most = 0;
    for (let tenth = 0; tenth < 600; tenth++) {
      await harness.pass(100);
      most = Math.max(most, haproxies().length);
      expect(harness.world.reached('files')).to.have.lengthOf(2);
      expect(harness.world.reached('memory')).to.have.lengthOf(1);
    }
    expect(most, 'both at once').to.equal(2);
    expect(haproxies()).to.have.lengthOf(1).and.not.include(old);
    expect(verbs(harness, done)).to.deep.equal(['create workload', 'remove workload']);
    expect(harness.world.actions.at(-1)?.item.id).to.equal(old);
  });

  it('waits with the other until the replicas that run have their routes', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    const [old = ''] = harness.world.engine.running().flatMap(({ name }) => name.match(/^default-haproxy-.*/) ?? []);
    await harness.replace();
    harness.world.balancer.lose();
    harness.world.engine.change(old, { detached: 'the directory that it has at /etc/mcpnet was removed' });
    const done = harness.world.actions.length;
    await harness.start();
    await harness.pass(120_000);
    const steps = verbs(harness, done);
    expect(steps.filter((step) => step === 'create server')).to.have.lengthOf(2);
    expect(steps.indexOf('create workload')).to.be.greaterThan(steps.lastIndexOf('create server'));
    expect(steps.at(-1)).to.equal('remove workload');
    expect(harness.condition('files')).to.equal('True Serving');
  });
});

describe('operator, after an upgrade that hashes differently', () => {
  const [present] = hashVersions;
  const later: HashVersion = { name: 'later', of: (value) => hashOf(['later', value]) };

  it('restarts nothing, scales what an earlier version made, and names by the new hash what changes', async () => {
    const before = await Harness.settled(service('files', { replicas: 2 }), service('memory'));
    const names = before.world.running('files');
    await before.replace();
    const harness = new Harness({ world: before.world, source: before.source, hashVersions: [later, present] });
    const done = harness.world.actions.length;
    await harness.start();
    await harness.pass(120_000);
    expect(verbs(harness, done)).to.deep.equal([]);
    expect(harness.condition('files')).to.equal('True Serving');

    harness.source.set(service('files', { replicas: 3 }));
    await harness.pass(60_000);
    expect(harness.world.running('files')).to.have.lengthOf(3).and.include.members(names);
    harness.source.set(service('files', { replicas: 3, image: 'tiny:2' }));
    await harness.pass(240_000);
    const versions = harness.world.engine
      .running()
      .filter(({ item }) => item?.owner.endsWith('/files'))
      .map(({ item }) => item?.hashVersion);
    expect(versions).to.deep.equal(['later', 'later', 'later']);
    expect(harness.condition('files')).to.equal('True Serving');
  });

  it('would replace everything without knowing how it was hashed before', async () => {
    const before = await Harness.settled(service('files'));
    const names = before.world.running('files');
    await before.replace();
    const harness = new Harness({ world: before.world, source: before.source, hashVersions: [later] });
    await harness.start();
    await harness.pass(120_000);
    expect(harness.world.running('files')).to.have.lengthOf(1).and.not.deep.equal(names);
  });

  it('keeps networks whose hash is of another version and whose settings are the same', async () => {
    const harness = await Harness.settled(network(), service('files'));
    const found = harness.world.engine.networks.get('mcp-internal');
    if (!found) throw new Error('there is no internal network');
    harness.world.engine.networks.set('mcp-internal', { ...found, hash: 'earlier' });
    harness.world.engine.networkHashVersion = 'earlier';
    const done = harness.world.actions.length;
    await harness.pass(120_000);
    expect(verbs(harness, done)).to.deep.equal([]);
    expect(harness.condition('files')).to.equal('True Serving');
  });
});

describe('operator, where an image was built anew under its name', () => {
  const moved = { newImage: 'sha256:0123456789abcdef', image: 'tiny:1', imageId: 'sha256:fedcba9876543210' };

  it('tells of it and changes nothing', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    const done = harness.world.actions.length;
    harness.world.engine.change(first(harness, 'files'), moved);
    await harness.pass(120_000);
    expect(harness.world.actions.slice(done)).to.deep.equal([]);
    expect(harness.condition('files')).to.equal('True Serving');
    expect(harness.condition('files', 'ImageMoved')).to.equal('True ImageMoved');
    expect(harness.message('files', 'ImageMoved')).to.equal(
      '1 of 2 containers run sha256:fedcba987654, and tiny:1 means sha256:0123456789ab by now; spec.rollout.imageChange: replace rolls it out',
    );
  });

  it('replaces the replicas where that is asked for, growing first', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    const before = harness.world.running('files');
    for (const id of before) harness.world.engine.change(id, moved);
    harness.source.set(service('files', { replicas: 2, rollout: { imageChange: 'replace' } }));
    for (let second = 0; second < 240; second++) {
      await harness.pass(1_000);
      expect(harness.world.reached('files').length).to.be.at.least(2);
    }
    expect(harness.world.running('files')).to.have.lengthOf(2);
    // Numbers that became free are given again; what runs the old image is gone.
    const left = harness.world.engine.running().filter(({ drift }) => drift?.['newImage'] !== undefined);
    expect(left).to.deep.equal([]);
    expect(harness.condition('files', 'ImageMoved')).to.equal('none');
  });
});
