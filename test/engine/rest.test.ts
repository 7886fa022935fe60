import { expect } from 'chai';
import type { ItemKey } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import { Rest, type RestDeps } from '../../operator/engine/rest.ts';

const key = 'MCPNetwork/default/default';

function restBeside(busy: ReadonlyMap<ItemKey, Action>): Rest {
  // Only what the class looks at: nothing has changed, and nothing will.
  return new Rest({
    compiler: { release: () => true, isCurrent: () => true },
    observation: { version: () => 1, get: () => undefined },
    ledger: { history: () => undefined },
    executor: { busy },
  } as unknown as RestDeps);
}

const removal: Action = {
  verb: 'remove',
  item: { type: 'network', id: 'old', owner: key, hash: '', phase: 'ready', fields: {} },
  cause: 'is no longer desired',
};

describe('what is at rest', () => {
  it('stays so while nothing changes', () => {
    const rest = restBeside(new Map());
    rest.settle(key, { desire: { items: [] }, plan: { key, actions: [], waits: [] } });
    expect(rest.holds(key)).to.equal(true);
  });

  it('is nothing of which an action is under way: it may come to nothing', () => {
    const rest = restBeside(new Map([['network/old', removal]]));
    rest.settle(key, { desire: { items: [] }, plan: { key, actions: [], waits: [] } });
    expect(rest.holds(key)).to.equal(false);
  });
});
