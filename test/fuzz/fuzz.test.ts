import { expect } from 'chai';
import { bombs, footprintOf, services } from './directories.ts';
import { runFuzz } from './run-fuzz.ts';

const inputs = 100_000;
/** The full number is for `npm run fuzz`; a busy machine judges what it can in this time. */
const mostMs = 45_000;

describe('manifests that mean harm, and those that slips make', function () {
  this.timeout(300_000);
  const seed = Date.now() % 1_000_000;

  it(`none of up to ${inputs} crashes or holds up the operator; each is accepted, or rejected with place and remedy`, async () => {
    const summary = await runFuzz(seed, inputs, performance.now() + mostMs);
    const { index, how, ms } = summary.slowest;
    console.log(
      `      seed ${seed}: ${summary.inputs} inputs, ${summary.accepted} resources accepted, ${summary.rejected} problems; slowest: input ${index} (${how}), ${ms.toFixed(0)} ms`,
    );
    const failures = summary.failures.map(
      (each) => `npm run fuzz -- --seed ${seed} --only ${each.index}: ${each.what}`,
    );
    expect(failures.slice(0, 10)).to.deep.equal([]);
    expect(summary.inputs).to.be.above(1_000);
    expect(summary.accepted, 'not everything is refused').to.be.above(summary.inputs / 20);
  });

  it('bombs of 1 MB in eleven shapes are rejected in bounded memory', async () => {
    const footprint = await footprintOf(bombs(11));
    console.log(`      peak ${footprint.peakMb} MB`);
    expect(footprint.problems).to.be.above(8);
    expect(footprint.peakMb).to.be.below(1_500);
  });

  it('10,000 files are read in bounded memory', async () => {
    const footprint = await footprintOf(services(10_000));
    console.log(`      peak ${footprint.peakMb} MB`);
    expect(footprint).to.include({ documents: 10_000, problems: 0 });
    expect(footprint.peakMb).to.be.below(1_500);
  });
});
