/**
 * Feeds the operator manifests that mean harm, and those that slips make.
 * Usage: npm run fuzz -- [--inputs N] [--seed S] [--only INDEX]
 */
import { parseArgs } from 'node:util';
import { Random } from '../chaos/random.ts';
import { bombs, footprintOf, services } from './directories.ts';
import { fuzz, type Summary } from './fuzz.ts';
import { runFuzz } from './run-fuzz.ts';
import { inputOf } from './texts.ts';

const { values } = parseArgs({
  options: { inputs: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (values.only === undefined) await all(Number(values.inputs ?? 100_000));
else one(Number(values.only));

async function all(inputs: number): Promise<void> {
  console.log(`seed ${seed}, ${inputs} inputs`);
  const startedMs = performance.now();
  const summary = await runFuzz(seed, inputs);
  tell(summary);
  console.log(`${((performance.now() - startedMs) / 1_000).toFixed(1)} s, peak ${peakMb()} MB`);
  console.log('11 bombs of 1 MB', await footprintOf(bombs(11)));
  console.log('10,000 files', await footprintOf(services(10_000)));
  if (summary.failures.length > 0) process.exitCode = 1;
}

function one(index: number): void {
  const { how, bytes } = inputOf(new Random(seed * 1_000_003 + index));
  console.log(`${how}, ${bytes.length} bytes:\n${JSON.stringify(bytes.toString('utf8'))}`);
  tell(fuzz(seed, index, 1));
}

function tell({ inputs, accepted, rejected, failures, slowest }: Summary): void {
  for (const { index, how, what } of failures.slice(0, 20))
    console.log(`input ${index} (${how}): ${what}\n  again: npm run fuzz -- --seed ${seed} --only ${index}`);
  console.log(`${inputs} inputs: ${accepted} resources accepted, ${rejected} problems, ${failures.length} failures`);
  const { index, how, bytes, ms } = slowest;
  console.log(`slowest: input ${index} (${how}, ${bytes} bytes) in ${ms.toFixed(1)} ms`);
}

function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
