import { expect } from 'chai';
import { Harness } from '../fakes/harness.ts';
import { service } from '../fakes/manifests.ts';

import { key, files, told, served, declared, restart } from './revision-scene.ts';

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

  it('are kept later when they could not be kept at once', async () => {
    const harness = await Harness.settled(files('tiny:1', { replicas: 2 }));
    harness.records.full = 'no space left on device';
    await harness.operator.commands.pause(key);
    harness.records.full = undefined;
    await harness.pass(60_000);
    harness.crash();
    await harness.start();
    await declared(harness, files('tiny:2', { replicas: 2 }));
    expect(served(harness)).to.deep.equal(['tiny:1', 'tiny:1']);
  });
});
