import { expect } from 'chai';
import type { History } from '../../operator/core/history.ts';
import { Refusal } from '../../operator/core/refusal.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service, type Manifest } from '../fakes/manifests.ts';

const key = 'MCPService/default/files';
const rollout = { drainTimeout: '2s' };

function files(image: string, more: Manifest = {}): Manifest {
  return service('files', { image, rollout, ...more });
}

function told(harness: Harness): string[] {
  return harness.operator.commands
    .history(key)
    .revisions.map(({ number, result, cause }) => `${number} ${result}: ${cause}`);
}

/** Images of the containers that clients reach. */
function served({ world }: Harness): string[] {
  return world.reached('files').map((name) => world.engine.containers.get(name)?.item?.spec.images[0] ?? 'nobody');
}

async function declared(harness: Harness, manifest: Manifest, ms = 30_000): Promise<void> {
  harness.source.set(manifest);
  await harness.pass(ms);
}

async function restart(harness: Harness): Promise<void> {
  await harness.replace();
  await harness.start();
  await harness.pass(30_000);
}

async function refused(act: Promise<string>): Promise<string> {
  return act.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? `${error.kind}: ${error.message}` : String(error)),
  );
}

describe('revisions', () => {
  it('are recorded with cause, first plan and result, whatever becomes of them', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await declared(harness, files('tiny:2'));
    harness.world.engine.missingImages.add('tiny:3');
    await declared(harness, files('tiny:3'));
    expect(told(harness)).to.deep.equal([
      '1 Superseded: first declared',
      '2 Serving: spec.image tiny:1 -> tiny:2',
      '3 Failed: spec.image tiny:2 -> tiny:3',
    ]);
    const [, second, third] = harness.operator.commands.history(key).revisions;
    expect(second?.plan).to.match(/create workload files-[0-9a-f]{8}-1 +replica 1 of 1 is missing/);
    expect(second?.origin).to.equal('files.yaml:1');
    expect(third).to.include({ reason: 'ImageMissing' });
    expect(harness.operator.statuses.get(key)?.revision).to.equal(3);
    expect(served(harness)).to.deep.equal(['tiny:2']);
  });

  it('are told apart by what runs, not by replicas, weights or the way of the rollout', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await declared(harness, files('tiny:1', { replicas: 2, rollout: { drainTimeout: '3s', maxSurge: 2 } }));
    await declared(harness, files('tiny:1', { replicas: 2, loadBalancing: { weights: [1, 2] } }));
    expect(told(harness)).to.deep.equal(['1 Serving: first declared']);
    expect(harness.operator.statuses.get(key)?.observedGeneration).to.equal(3);
  });

  it('survive the operator with their generation and age, and are written only when something changed', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await declared(harness, files('tiny:2'));
    const { records } = harness;
    const [before, writes] = [harness.operator.commands.history(key), records.writes];
    await harness.pass(600_000);
    await restart(harness);
    expect(records.writes).to.equal(writes);
    expect(harness.operator.commands.history(key)).to.deep.equal(before);
    expect(harness.operator.statuses.get(key)).to.include({ observedGeneration: 2, since: before.firstDeclaredAt });
  });

  it('go with their service, also while no operator runs', async () => {
    const harness = await Harness.settled(files('tiny:1'), service('memory'));
    harness.source.remove(files('tiny:1'));
    await harness.pass(30_000);
    expect([...harness.records.texts.keys()].toSorted()).to.deep.equal([
      'MCPNetwork/default/default',
      'MCPService/default/memory',
    ]);
    await harness.replace();
    harness.source.manifests.delete('MCPService/memory');
    await harness.start();
    await harness.pass(30_000);
    expect([...harness.records.texts.keys()]).to.deep.equal(['MCPNetwork/default/default']);
  });

  it('stay while anything of their service is left: a file may be gone for a moment only', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await declared(harness, files('tiny:2'));
    await harness.operator.commands.pause(key);
    const before = harness.operator.commands.history(key);
    harness.world.trouble.slowMs = 4_000;
    harness.source.remove(files('tiny:2'));
    await harness.pass(500);
    await declared(harness, files('tiny:2'));
    expect(harness.operator.commands.history(key)).to.deep.equal(before);
  });

  it('are not written by one who merely looks', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await harness.replace();
    const writes = harness.records.writes;
    harness.source.manifests.set('MCPService/files', files('tiny:2'));
    const planned = harness.operator.plan();
    await harness.pass(10_000);
    await planned;
    expect(harness.records.writes).to.equal(writes);
  });

  it('cost nothing when their records are lost, damaged, or cannot be kept', async () => {
    const harness = await Harness.settled(files('tiny:1', { replicas: 2 }));
    const before = harness.world.snapshot();
    harness.records.texts.set('MCPService/default/files', '{"version":1,"key":3}');
    harness.records.full = 'no space left on device';
    await restart(harness);
    expect(harness.world.snapshot()).to.deep.equal(before);
    expect(told(harness)).to.deep.equal(['1 Serving: first declared']);
    await declared(harness, files('tiny:2', { replicas: 2 }));
    expect(served(harness)).to.deep.equal(['tiny:2', 'tiny:2']);
    expect(await harness.operator.commands.pause(key)).to.include(
      'cannot be kept and is forgotten when the operator ends',
    );
  });
});

describe('rollback', () => {
  it('puts the last revision that served back in force, and says so', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await declared(harness, files('tiny:2'));
    expect(await harness.operator.commands.rollBack(key)).to.match(
      /^revision 3 \(rollback to 1\) is in force, not what is declared: spec.image tiny:1 -> tiny:2; it ends when/,
    );
    await harness.pass(30_000);
    expect(served(harness)).to.deep.equal(['tiny:1']);
    expect(told(harness)).to.deep.equal([
      '1 Superseded: first declared',
      '2 Superseded: spec.image tiny:1 -> tiny:2',
      '3 Serving: rollback to 1',
    ]);
    expect([harness.condition('files'), harness.condition('files', 'Held')]).to.deep.equal([
      'True Serving',
      'True RolledBack',
    ]);
  });

  it('outlives the operator, keeps to the declared replicas, and ends when the manifest changes', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await declared(harness, files('tiny:2'));
    await harness.operator.commands.rollBack(key, 1);
    await harness.pass(30_000);
    await restart(harness);
    expect(served(harness)).to.deep.equal(['tiny:1']);
    await declared(harness, files('tiny:2', { replicas: 3 }));
    expect(served(harness)).to.deep.equal(['tiny:1', 'tiny:1', 'tiny:1']);
    await declared(harness, files('tiny:3'));
    expect(served(harness)).to.deep.equal(['tiny:3']);
    expect(harness.condition('files', 'Held')).to.equal('none');
  });

  it('mends a service whose new revision does not come up', async () => {
    const harness = await Harness.settled(files('tiny:1', { replicas: 2 }));
    const old = harness.world.running('files');
    harness.world.mute.add('tiny:2');
    await declared(harness, files('tiny:2', { replicas: 2 }), 120_000);
    expect(harness.condition('files')).to.equal('False NotSpeakingMCP');
    await harness.operator.commands.rollBack(key);
    await harness.pass(20_000);
    expect([harness.condition('files'), harness.world.running('files')]).to.deep.equal(['True Serving', old]);
  });

  it('is refused with the reason', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    const { commands } = harness.operator;
    expect(await refused(commands.rollBack(key))).to.match(/^unknown: no other revision of files has ever served/);
    expect(await refused(commands.rollBack(key, 4))).to.equal('unknown: there is no revision 4 of files; there are: 1');
    expect(await refused(commands.rollBack('MCPService/default/fils'))).to.equal(
      'unknown: there is no MCPService named "fils" in namespace default; there are: files',
    );
    expect(await refused(commands.pause('MCPNetwork/default/default'))).to.match(
      /^unfit: revisions of an MCPNetwork are not kept/,
    );
  });
});

describe('pause', () => {
  it('holds the revision while replicas are scaled and healed, until it is resumed', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await harness.operator.commands.pause(key);
    await declared(harness, files('tiny:2', { replicas: 2 }));
    expect(served(harness)).to.deep.equal(['tiny:1', 'tiny:1']);
    expect(harness.condition('files', 'Held')).to.equal('True Paused');
    expect(harness.condition('files')).to.equal('True Serving');
    await restart(harness);
    harness.world.engine.destroy(harness.world.running('files')[0] ?? '');
    await harness.pass(20_000);
    expect(served(harness)).to.deep.equal(['tiny:1', 'tiny:1']);
    await harness.operator.commands.resume(key);
    await harness.pass(30_000);
    expect(served(harness)).to.deep.equal(['tiny:2', 'tiny:2']);
    expect(told(harness)).to.deep.equal(['1 Superseded: first declared', '2 Serving: spec.image tiny:1 -> tiny:2']);
  });
});

describe('drain', () => {
  it('lets another take the place of one replica, when its sessions have ended', async () => {
    const harness = await Harness.settled(files('tiny:1', { replicas: 2, rollout: { drainTimeout: '60s' } }));
    const [first = '', second = ''] = harness.world.running('files');
    const { serial, starts } = harness.world.engine.containers.get(first) ?? { serial: 0, starts: 0 };
    harness.world.sessions.set(`c${serial}-${starts}`, 1);
    await harness.operator.commands.drain(key, '1');
    for (let step = 0; step < 100; step++) {
      await harness.pass(100);
      expect(harness.world.reached('files')).to.have.lengthOf.within(2, 3);
    }
    expect(harness.world.running('files')).to.include(first);
    expect(harness.world.reached('files')).to.not.include(first);
    harness.world.sessions.clear();
    await harness.pass(10_000);
    expect(harness.world.running('files')).to.deep.equal([second, first.replace(/1$/, '3')]);
    expect(harness.world.reached('files')).to.deep.equal(harness.world.running('files'));
  });

  it('keeps the drained one away after a restart and while scaling, until the next revision', async () => {
    const harness = await Harness.settled(files('tiny:1'));
    await harness.operator.commands.drain(key, '1');
    await harness.pass(20_000);
    await restart(harness);
    const numbers = (): string[] => harness.world.running('files').map((name) => name.split('-').at(-1) ?? '');
    expect(numbers()).to.deep.equal(['2']);
    await declared(harness, files('tiny:1', { replicas: 3 }));
    expect(numbers()).to.deep.equal(['2', '3', '4']);
    await declared(harness, files('tiny:2', { replicas: 2 }));
    expect(numbers()).to.deep.equal(['1', '2']);
    const { drained } = JSON.parse(harness.records.texts.get(key) ?? '{}') as History;
    expect(drained).to.deep.equal([]);
  });

  it('weighs replicas by their order, not by their numbers', async () => {
    const weighted = { replicas: 2, loadBalancing: { algorithm: 'weighted', weights: [10, 20] } };
    const harness = await Harness.settled(files('tiny:1', weighted));
    await harness.operator.commands.drain(key, '1');
    await harness.pass(20_000);
    expect(
      harness.world.balancer.routes('files').map(({ item }) => [item.id.slice(-1), item.spec.weight]),
    ).to.deep.equal([
      ['2', 10],
      ['3', 20],
    ]);
  });

  it('is refused for what is not there or goes already', async () => {
    const harness = await Harness.settled(network(), files('tiny:1', { rollout: { drainTimeout: '60s' } }));
    for (const { serial, starts } of harness.world.engine.containers.values())
      harness.world.sessions.set(`c${serial}-${starts}`, 1);
    const { commands } = harness.operator;
    expect(await refused(commands.drain(key, '9'))).to.match(
      /^unknown: there is no instance "9"; there are: files-[0-9a-f]{8}-1$/,
    );
    await commands.drain(key, '1');
    await harness.pass(5_000);
    expect(await refused(commands.drain(key, '1'))).to.match(
      /^conflict: files-[0-9a-f]{8}-1 is on its way out already$/,
    );
  });
});
