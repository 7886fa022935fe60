import { expect } from 'chai';
import type { WorkloadItem } from '../../operator/core/item.ts';
import { backend, lines, network, planOf, registration, replica, seen, server, workload } from './samples.ts';

const three = { replicas: 3, maxSurge: 1 };

describe('diff, growing by and by', () => {
  it('grows by no more than the surge while old replicas stand', () => {
    const desired = [workload('new-1', 1, three), workload('new-2', 2, three), workload('new-3', 3, three)];
    const observed = ['old-1', 'old-2', 'old-3'].map((id) => seen(workload(id)));
    const plan = planOf(desired, observed);
    expect(plan.actions.map(({ item }) => item.id)).to.deep.equal(['new-1']);
    expect(lines(plan)).to.include('wait workload/new-2: waits for room: 3 replicas and 1 more are the limit');
  });

  it('counts a replica that is being created as there', () => {
    const desired = [workload('new-1', 1, three), workload('new-2', 2, three)];
    const plan = planOf(
      desired,
      ['old-1', 'old-2', 'old-3'].map((id) => seen(workload(id))),
      { busy: new Map([['workload/new-1', { verb: 'create', item: workload('new-1', 1, three), cause: 'test' }]]) },
    );
    expect(plan.actions).to.deep.equal([]);
    expect(lines(plan)).to.include('wait workload/new-1: create is under way');
  });

  it('creates nothing beside an old one where the two cannot stand together', () => {
    const wanted = [workload('new-1', 1, { replicas: 1, maxSurge: 0, exclusive: true })];
    const old = [seen(workload('old-1')), seen(server('old-1')), seen(registration('old-1'))];
    const prepared = seen(workload('new-1'), { phase: 'stopped', message: 'was created but not started' });
    expect(lines(planOf(wanted, old)), 'the new one is made ready while the old one serves').to.deep.equal([
      'prepare workload/new-1: takes the place of old-1',
      'wait workload/old-1: serves until its replacement can start',
    ]);
    expect(lines(planOf(wanted, [...old, prepared])), 'then the old one goes, undrained').to.deep.equal([
      'remove server/old-1: is no longer desired',
      'wait workload/new-1: starts when old-1 is gone',
    ]);
    expect(lines(planOf(wanted, [seen(workload('old-1')), prepared]))).to.include(
      'remove workload/old-1: is no longer desired',
    );
    expect(lines(planOf(wanted, [prepared])), 'and the new one starts').to.deep.equal([
      'start workload/new-1: was created but not started',
    ]);
    expect(lines(planOf(wanted, []))).to.deep.equal(['create workload/new-1: replica 1 of 1 is missing']);
  });

  it('makes every replica ready while the old ones hold the place, and starts none of them', () => {
    const wanted = [1, 2].map((number) => workload(`new-${number}`, number, { replicas: 2, exclusive: true }));
    const old = seen(workload('old-1'));
    expect(lines(planOf(wanted, [old]))).to.deep.equal([
      'prepare workload/new-1: takes the place of old-1',
      'prepare workload/new-2: takes the place of old-1',
      'wait workload/old-1: serves until its replacement can start',
    ]);
    const prepared = wanted.map((item) => seen(item, { phase: 'stopped' }));
    expect(planOf(wanted, [...prepared, old]).waits[0]).to.deep.equal({
      item: wanted[0],
      cause: 'starts when old-1 is gone',
      inProgress: true,
      on: { type: 'workload', id: 'old-1' },
    });
  });

  it('takes away what was made ready in vain before it makes the next ready', () => {
    const wanted = [workload('third-1', 1, { replicas: 1, maxSurge: 1, exclusive: true })];
    const second = seen(workload('second-1'), { phase: 'stopped' });
    expect(lines(planOf(wanted, [seen(workload('first-1')), seen(server('first-1')), second]))).to.deep.equal([
      'remove workload/second-1: is no longer desired',
      'wait workload/third-1: waits for room: first-1 is still there',
      'wait workload/first-1: serves until its replacement can start',
    ]);
  });

  it('drains a replica that is one too many, also where two revisions cannot stand together', () => {
    const wanted = [backend(), ...replica('a-1', 1, { replicas: 1, exclusive: true })];
    const observed = [...wanted, ...replica('a-2')].map((item) => seen(item));
    expect(lines(planOf(wanted, observed))).to.deep.equal(['drain server/a-2: is no longer desired']);
  });

  it('leaves a backend as it is until a replica of what is wanted is ready', () => {
    const [old, changed] = [backend('files', 11_100), backend('files', 11_101)];
    const starting = [seen(old), seen(workload('new-1'), { phase: 'starting' })];
    expect(lines(planOf([changed, workload('new-1')], starting))).to.include(
      'wait backend/files: changes when a replica that it is to lead to is ready',
    );
    expect(lines(planOf([changed, workload('new-1')], [seen(old)]))).to.include(
      'wait backend/files: changes when a replica that it is to lead to is ready',
    );
    expect(lines(planOf([changed, workload('new-1')], [seen(old), seen(workload('new-1'))]))).to.deep.equal([
      `update backend/files: hash ${old.hash} -> ${changed.hash}`,
    ]);
  });

  it('counts what was begun for an earlier manifest and is not seen yet', () => {
    const begun = { verb: 'create', item: workload('old-1', 1), cause: 'test' } as const;
    const plan = planOf([workload('new-1', 1), workload('new-2', 2)].slice(0, 1), [seen(workload('older-1'))], {
      busy: new Map([['workload/old-1', begun]]),
    });
    expect(lines(plan)).to.include('wait workload/new-1: waits for room: 1 replicas and 1 more are the limit');
  });

  it('looks again by itself after what no event announces', () => {
    const plan = planOf(
      [backend(), workload('a-1')],
      [seen(backend(), { owner: '', phase: 'foreign' }), seen(workload('a-1'), { phase: 'failed' })],
    );
    expect(plan.waits.map(({ requeueAfterMs }) => requeueAfterMs)).to.deep.equal([5_000, 5_000]);
  });

  it('names the item whose change ends a wait', () => {
    const plan = planOf([server('a-1')], []);
    expect(plan.waits.map(({ on }) => on)).to.deep.equal([{ type: 'backend', id: 'files' }]);
    const nameless = [seen(backend()), seen(workload('a-1'), { owner: 'x', fields: { instance: '' } })];
    expect(planOf([backend(), server('a-1')], nameless).waits.map(({ on }) => on)).to.deep.equal([
      { type: 'workload', id: 'a-1' },
    ]);
  });

  it('builds on a foreign network only where that may be adopted', () => {
    const foreign = seen(network('n'), { owner: '', phase: 'foreign', message: 'is not ours' });
    const item = (ours: boolean): WorkloadItem => workload('a-1', 1, { needs: [{ type: 'network', id: 'n', ours }] });
    expect(lines(planOf([item(true)], [foreign]))).to.deep.equal(['wait workload/a-1: needs network n (is not ours)']);
    expect(planOf([item(false)], [foreign]).actions).to.have.lengthOf(1);
    expect(planOf([item(true)], [seen(network('n'))]).actions).to.have.lengthOf(1);
  });
});
