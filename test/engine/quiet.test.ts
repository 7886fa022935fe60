import { expect } from 'chai';
import { Harness } from '../fakes/harness.ts';
import { network, service } from '../fakes/manifests.ts';

describe('operator, to its people', () => {
  it('logs what it changed, with the cause, and nothing while nothing changes', async () => {
    const logged: [string, string, Record<string, unknown>][] = [];
    const log =
      (level: string) =>
      (message: string, fields: Record<string, unknown> = {}) =>
        void logged.push([level, message, fields]);
    const harness = new Harness({
      logger: { error: log('error'), warn: log('warn'), info: log('info'), debug: () => undefined },
    });
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(30_000);
    const created = logged.filter(
      ([level, message, { verb, item }]) =>
        level === 'info' && message === 'done' && verb === 'create' && String(item).startsWith('workload/files-'),
    );
    expect(created.map(([, , { key, cause }]) => [key, cause])).to.deep.equal([
      ['MCPService/default/files', 'replica 1 of 1 is missing'],
    ]);
    const before = logged.length;
    await harness.pass(600_000);
    expect(logged.slice(before)).to.deep.equal([]);
  });

  it('records what happened to a resource, and counts what happens again', async () => {
    const harness = new Harness();
    harness.world.engine.missingImages.add('tiny:1');
    harness.source.set(network(), service('files'));
    await harness.start();
    await harness.pass(60_000);
    harness.world.engine.missingImages.clear();
    await harness.pass(30_000);
    const events = harness.operator.events.of('MCPService/default/files');
    const [missing] = events.filter(
      ({ reason, message }) => reason === 'ImageMissing' && message === 'image "tiny:1" is not here',
    );
    expect(missing).to.include({ type: 'Warning' });
    expect(missing?.count).to.be.within(5, 15);
    expect(events.map(({ reason }) => reason)).to.include.members([
      'CreatedWorkload',
      'CreatedServer',
      'CreatedRegistration',
      'CreatedBackend',
      'Ready',
    ]);
    expect(events.at(-1)).to.include({ type: 'Normal', reason: 'Ready' });
  });

  it('tells every change of a status once', async () => {
    const harness = await Harness.settled(service('files', { replicas: 2 }));
    const told: string[] = [];
    harness.operator.statuses.subscribe(({ key, readyReplicas }) => told.push(`${key} ${readyReplicas}`));
    await harness.pass(120_000);
    expect(told).to.deep.equal([]);
    harness.world.engine.kill(harness.world.running('files')[0] ?? '');
    await harness.pass(10_000);
    expect(told).to.include('MCPService/default/files 1');
    expect(told.at(-1)).to.equal('MCPService/default/files 2');
  });

  it('replaces replicas when a secret changes, and only those that use it', async () => {
    const harness = new Harness();
    harness.secrets['github'] = { token: 'd1' };
    harness.source.set(
      network(),
      service('files', {
        secrets: [{ name: 'github', key: 'token', targetEnvName: 'T' }],
        rollout: { drainTimeout: '1s' },
      }),
      service('memory'),
    );
    await harness.start();
    await harness.pass(30_000);
    const [files, memory] = [harness.world.running('files'), harness.world.running('memory')];
    harness.secrets['github'] = { token: 'd2' };
    await harness.pass(60_000);
    expect(harness.world.running('files')).to.have.lengthOf(1).and.not.deep.equal(files);
    expect(harness.world.running('memory')).to.deep.equal(memory);
  });

  it('waits for a secret, and says which file would hold it', async () => {
    const harness = await Harness.settled(service('files', { envFrom: [{ secretRef: { name: 'github' } }] }));
    expect(harness.condition('files')).to.equal('False SecretMissing');
    expect(harness.world.running('files')).to.deep.equal([]);
    harness.secrets['github'] = { token: 'd1' };
    await harness.pass(60_000);
    expect(harness.condition('files')).to.equal('True Serving');
  });

  it('brings a service up when the network it names is declared at last', async () => {
    const harness = new Harness();
    harness.source.set(service('files'));
    await harness.start();
    await harness.pass(10_000);
    expect(harness.condition('files')).to.equal('False NetworkNotFound');
    harness.source.set(network());
    await harness.pass(30_000);
    expect(harness.condition('files')).to.equal('True Serving');
  });

  it('rebuilds services when their network changes under them', async () => {
    const harness = await Harness.settled(service('files', { rollout: { drainTimeout: '1s' } }));
    harness.source.set(network('default', { networks: { internal: { name: 'other-internal' } } }));
    await harness.pass(120_000);
    expect([...harness.world.engine.networks.keys()].toSorted()).to.deep.equal(['other-internal', 'sutazai-network']);
    expect(harness.world.reached('files')).to.have.lengthOf(1);
    expect(harness.condition('files')).to.equal('True Serving');
  });
});
