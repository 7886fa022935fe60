import { expect } from 'chai';
import type { WorkloadItem } from '../../operator/core/item.ts';
import { backend, lines, network, planOf, seen, server, workload } from './samples.ts';

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
      { busy: new Map([['workload/new-1', 'create']]) },
    );
    expect(plan.actions).to.deep.equal([]);
    expect(lines(plan)).to.include('wait workload/new-1: create is under way');
  });

  it('creates nothing beside an old one where the two cannot stand together', () => {
    const exclusive = { replicas: 1, maxSurge: 0, exclusive: true };
    expect(lines(planOf([workload('new-1', 1, exclusive)], [seen(workload('old-1'))]))).to.deep.equal([
      'remove workload/old-1: is no longer desired',
      'wait workload/new-1: waits for room: 1 replicas and 0 more are the limit',
    ]);
    expect(lines(planOf([workload('new-1', 1, exclusive)], []))).to.deep.equal([
      'create workload/new-1: replica 1 of 1 is missing',
    ]);
    expect(
      planOf([workload('new-1', 1, { ...exclusive, maxSurge: 1 })], [seen(workload('old-1'))]).actions.map(
        ({ verb }) => verb,
      ),
    ).to.deep.equal(['remove']);
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
  });

  it('builds on a foreign network only where that may be adopted', () => {
    const foreign = seen(network('n'), { owner: '', phase: 'foreign', message: 'is not ours' });
    const item = (ours: boolean): WorkloadItem => workload('a-1', 1, { needs: [{ type: 'network', id: 'n', ours }] });
    expect(lines(planOf([item(true)], [foreign]))).to.deep.equal(['wait workload/a-1: needs network n (is not ours)']);
    expect(planOf([item(false)], [foreign]).actions).to.have.lengthOf(1);
    expect(planOf([item(true)], [seen(network('n'))]).actions).to.have.lengthOf(1);
  });
});
