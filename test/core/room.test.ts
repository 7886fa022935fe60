import { expect } from 'chai';
import type { Observed, WorkloadItem } from '../../operator/core/item.ts';
import { itemKey } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import { roomFor, type Room } from '../../operator/core/room.ts';
import { elsewhere, owner, seen, server, workload } from './samples.ts';

const three = { replicas: 3, maxSurge: 1 };
const wanted = [workload('new-1', 1, three), workload('new-2', 2, three)];

function creating(item: WorkloadItem): Action {
  return { verb: 'create', item, cause: 'test' };
}

function room(desired: readonly WorkloadItem[], owned: readonly Observed[], actions: readonly Action[] = []): Room {
  const [first] = desired;
  if (!first) throw new Error('nothing is wanted');
  return roomFor(first, {
    key: owner,
    desired,
    owned,
    lookup: (ref) => owned.find((item) => itemKey(item) === itemKey(ref)),
    busy: new Map(actions.map((action) => [itemKey(action.item), action])),
    nowMs: 0,
  });
}

describe('room for a workload', () => {
  it('is what replicas and surge leave beside what is there, wanted or not', () => {
    expect(room(wanted, [])).to.deep.equal({ left: 4, rival: undefined });
    expect(room(wanted, [seen(workload('new-2')), seen(workload('old-1'))])).to.deep.equal({ left: 2, rival: 'old-1' });
  });

  it('is taken by what is being made, once, seen or not', () => {
    expect(room(wanted, [], [creating(workload('new-2'))]).left, 'wanted').to.equal(3);
    expect(room(wanted, [seen(workload('new-2'))], [creating(workload('new-2'))]).left, 'wanted and seen').to.equal(3);
    expect(room(wanted, [], [creating(workload('old-1'))]), 'no longer wanted').to.deep.equal({
      left: 3,
      rival: 'old-1',
    });
    expect(room(wanted, [seen(workload('old-1'))], [creating(workload('old-1'))]).left, 'and seen').to.equal(3);
  });

  it('is not taken by what goes, belongs to others, or is no workload', () => {
    const others: readonly Action[] = [
      { verb: 'remove', item: seen(workload('old-1')), cause: 'test' },
      { verb: 'drain', item: seen(workload('old-2')), cause: 'test' },
      creating({ ...workload('old-3'), owner: 'MCPService/default/other' }),
      creating(elsewhere(workload('old-4'))),
      { verb: 'create', item: server('old-5'), cause: 'test' },
    ];
    expect(room(wanted, [], others)).to.deep.equal({ left: 4, rival: undefined });
  });

  it('is counted group by group', () => {
    const beside = elsewhere(workload('beside-1'));
    const leftover = seen(elsewhere(workload('leftover-1')));
    expect(room([...wanted, beside], [seen(beside), leftover])).to.deep.equal({ left: 4, rival: undefined });
    expect(room(wanted, [seen(server('old-1'), { fields: { group: 'replicas' } })])).to.deep.equal({
      left: 4,
      rival: undefined,
    });
  });

  it('is, where two cannot stand together, taken by what waits for the place, not by what holds it', () => {
    const exclusive = { replicas: 3, maxSurge: 0, exclusive: true };
    const alone = [1, 2, 3].map((number) => workload(`new-${number}`, number, exclusive));
    const holder = seen(workload('old-1'));
    expect(room(alone, [holder])).to.deep.equal({ left: 3, rival: 'old-1' });
    expect(room(alone, [holder, seen(workload('new-2'))]).left).to.equal(2);
    expect(room(alone, [holder, seen(workload('older-1'), { phase: 'stopped' })]).left).to.equal(2);
    expect(room(alone, [holder], [creating(workload('older-1'))]).left).to.equal(2);
  });
});
