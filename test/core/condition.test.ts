import { expect } from 'chai';
import { findCondition, settleConditions } from '../../operator/core/condition.ts';

const draft = (status: 'True' | 'False', message = 'm') => ({ type: 'Ready', status, reason: 'Serving', message });

describe('condition', () => {
  it('is stamped with the generation it speaks of and the time', () => {
    expect(settleConditions([draft('True')], [], 3, 1_000)).to.deep.equal([
      {
        type: 'Ready',
        status: 'True',
        reason: 'Serving',
        message: 'm',
        observedGeneration: 3,
        lastTransitionTime: '1970-01-01T00:00:01.000Z',
      },
    ]);
  });

  it('keeps its time while its status stays, whatever else changes', () => {
    const before = settleConditions([draft('True')], [], 1, 1_000);
    const after = settleConditions([draft('True', 'another')], before, 2, 9_000);
    expect(after[0]).to.include({
      message: 'another',
      observedGeneration: 2,
      lastTransitionTime: '1970-01-01T00:00:01.000Z',
    });
  });

  it('moves its time when its status changes', () => {
    const before = settleConditions([draft('True')], [], 1, 1_000);
    expect(settleConditions([draft('False')], before, 1, 9_000)[0]).to.include({
      lastTransitionTime: '1970-01-01T00:00:09.000Z',
    });
  });

  it('has a time of its own, whatever others there are', () => {
    const degraded = { ...draft('True'), type: 'Degraded' };
    const before = [...settleConditions([degraded], [], 1, 1_000), ...settleConditions([draft('True')], [], 1, 5_000)];
    const times = settleConditions([draft('True'), degraded], before, 2, 9_000).map((each) => each.lastTransitionTime);
    expect(times).to.deep.equal(['1970-01-01T00:00:05.000Z', '1970-01-01T00:00:01.000Z']);
  });

  it('goes when nobody drafts it any more, and is found by its type', () => {
    const before = settleConditions([draft('True'), { ...draft('True'), type: 'Degraded' }], [], 1, 0);
    expect(findCondition(before, 'Degraded')).to.include({ type: 'Degraded' });
    expect(findCondition(settleConditions([draft('True')], before, 1, 0), 'Degraded')).to.equal(undefined);
  });
});
