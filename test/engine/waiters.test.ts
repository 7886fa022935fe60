import { expect } from 'chai';
import { Waiters } from '../../operator/engine/waiters.ts';

const [a, b] = [
  { type: 'workload', id: 'a' },
  { type: 'workload', id: 'b' },
] as const;

describe('those who wait for an item', () => {
  it('are found once, each, and by the item that they wait for', () => {
    const waiters = new Waiters();
    waiters.add('one', [
      { item: b, cause: 'c', on: a },
      { item: b, cause: 'c' },
    ]);
    waiters.add('two', [
      { item: b, cause: 'c', on: a },
      { item: a, cause: 'c', on: b },
    ]);
    waiters.add('one', [{ item: b, cause: 'c', on: a }]);
    expect(waiters.take(a)).to.deep.equal(['one', 'two']);
    expect(waiters.take(a)).to.deep.equal([]);
    expect(waiters.take(b)).to.deep.equal(['two']);
  });
});
