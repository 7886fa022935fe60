import { formatTable } from '../bench/report.ts';
import type { Outcome } from './outcome.ts';

/** Prints the figures, which no test asserts: they depend on the machine and on what else runs on it. */
export function shown<T extends Outcome>(outcome: T): T {
  console.log(formatTable(outcome.findings));
  for (const note of outcome.notes) console.log(note);
  return outcome;
}
