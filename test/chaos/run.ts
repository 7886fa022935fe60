/**
 * Breaks everything at random under load, on an engine of its own, and ends with `N events, N violations`.
 * Usage: run.ts [--minutes N] [--seed S] [--only KIND,KIND]      (default: 10 minutes, a seed of its own)
 */
import { parseArgs } from 'node:util';
import { confine } from './confinement.ts';
import { chaos } from './chaos.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string', default: '' },
    /** Set by the run itself, within the confinement. */
    inside: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run chaos -- [--minutes N] [--seed S] [--only KIND,KIND]; N above 0, S a whole number');
  process.exit(2);
}
try {
  const only = values.only.split(',').filter((kind) => kind !== '');
  process.exit(
    values.inside === undefined
      ? await confine(process.argv.slice(2).concat(`--seed=${seed}`))
      : await chaos({ directory: values.inside, minutes, seed, only }),
  );
} catch (error) {
  console.error(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
}
