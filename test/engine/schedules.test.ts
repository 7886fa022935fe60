import { expect } from 'chai';
import { runSchedule } from '../simulate/run-schedule.ts';
import { formatSchedule, scheduleOf } from '../simulate/schedule.ts';

/** A taste of the suite `simulate`, which plays ten thousand. */
const runs = 50;

describe('operator, in a world where everything goes wrong', function () {
  this.timeout(60_000);

  it(`converges and breaks no rule, by ${runs} schedules`, async () => {
    for (let seed = 1; seed <= runs; seed++) {
      const schedule = scheduleOf(seed);
      expect((await runSchedule(schedule)).failure, formatSchedule(schedule)).to.equal(undefined);
    }
  });
});
