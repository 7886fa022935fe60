import { expect } from 'chai';
import type { History } from '../../operator/core/history.ts';
import { Harness } from '../fakes/harness.ts';
import { network } from '../fakes/manifests.ts';

import { key, files, told, served, declared, restart, refused } from './revision-scene.ts';

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
