import { expect } from 'chai';
import { reportFailure } from './report-failure.ts';
import { formatSchedule, parseSchedule, scheduleOf } from './schedule.ts';
import { Simulation } from './simulation.ts';

const seed = Number(process.env['SEED'] ?? 20_261_123);
const runs = Number(process.env['RUNS'] ?? 10_000);
const blocks = 10;

describe('an operator in a world where everything goes wrong', function () {
  this.timeout(600_000);
  let simulation: Simulation;
  before(() => {
    simulation = new Simulation();
  });
  after(() => {
    simulation.close();
  });

  for (let block = 0; block < blocks; block++) {
    const [first, size] = [seed + (block * runs) / blocks, runs / blocks];
    it(`converges and breaks no rule: seeds ${first} to ${first + size - 1}`, async () => {
      const { failures, runs: done } = await simulation.run(first, size);
      const [failed] = failures;
      if (failed) throw new Error(await reportFailure(scheduleOf(failed.seed)));
      expect(done).to.equal(size);
    });
  }

  it('has each schedule written in one line that says it all', () => {
    for (let each = seed; each < seed + 100; each++)
      expect(parseSchedule(formatSchedule(scheduleOf(each)))).to.deep.equal(scheduleOf(each));
  });
});
