import { expect } from 'chai';
import { latencyBoundsMs, quantileMs } from '../../operator/core/latency.ts';

/** So many answers in the bucket up to a bound. */
function counts(byBound: Readonly<Record<number, number>>, longer = 0): number[] {
  return [...latencyBoundsMs.map((bound) => byBound[bound] ?? 0), longer];
}

describe('quantiles of times', () => {
  it('lie within their bucket, by the share of it that is below', () => {
    expect(quantileMs(counts({ 10: 100 }), 0.5)).to.equal(7.5);
    expect(quantileMs(counts({ 10: 50, 100: 50 }), 0.5)).to.equal(10);
    expect(quantileMs(counts({ 10: 50, 100: 50 }), 0.95)).to.equal(95);
    expect(quantileMs(counts({ 1: 4 }), 0.25)).to.equal(0.25);
  });

  it('are the last bound where they lie beyond it', () => {
    expect(quantileMs(counts({ 1: 1 }, 9), 0.99)).to.equal(10_000);
  });

  it('are not known of nothing', () => {
    expect(quantileMs(counts({}), 0.5)).to.equal(undefined);
  });
});
