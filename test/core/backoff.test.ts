import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs } from '../../operator/core/backoff.ts';

describe('backoff', () => {
  it('doubles from 0.2 s to a minute while the world hiccups', () => {
    const longest = [1, 2, 3, 4, 8, 9, 10, 11, 50, 2000].map((attempts) => backoffMs('transient', attempts, 1));
    expect(longest).to.deep.equal([200, 400, 800, 1_600, 25_600, 51_200, 60_000, 60_000, 60_000, 60_000]);
  });

  it('treats our own mistakes as it treats the hiccups of the world', () => {
    expect(backoffMs('bug', 3, 0.5)).to.equal(backoffMs('transient', 3, 0.5));
  });

  it('spreads retries over the upper half of the delay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const full = backoffMs('transient', attempts, 1);
          expect(backoffMs('transient', attempts, random)).to.be.within(full / 2, full);
        },
      ),
      { seed: 1 },
    );
    expect(backoffMs('transient', 1, 0)).to.equal(100);
  });

  it('looks steadily after what is in the way, however long that lasts', () => {
    expect([1, 5, 100].map((attempts) => backoffMs('conflict', attempts, 0.3))).to.deep.equal([5_000, 5_000, 5_000]);
  });

  it('looks less often after what goes on missing', () => {
    const waits = [1, 3, 4, 5, 6, 2000].map((attempts) => backoffMs('missing', attempts, 0.3));
    expect(waits).to.deep.equal([5_000, 5_000, 10_000, 20_000, 20_000, 20_000]);
  });

  it('hurries least where a person must edit a manifest', () => {
    expect(backoffMs('invalid', 1, 0)).to.equal(60_000);
  });
});
