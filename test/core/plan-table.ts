import { expect } from 'chai';
import type { DesiredItem, Observed } from '../../operator/core/item.ts';
import { lines, planOf } from './samples.ts';

/** A sentence, what is desired, what is there, and the lines of the plan; `*` at a line's end stands for any hash. */
export type PlanRow = readonly [
  sentence: string,
  desired: readonly DesiredItem[],
  observed: readonly Observed[],
  expected: readonly string[],
];

/** A test for each row. */
export function itPlans(table: readonly PlanRow[]): void {
  for (const [sentence, desired, observed, expected] of table)
    it(sentence, () => {
      expect(
        lines(planOf(desired, observed)).map((line) =>
          expected.some((each) => each.endsWith('*')) ? line.replace(/-> [0-9a-f]{10}$/, '-> *') : line,
        ),
      ).to.deep.equal(expected);
    });
}
