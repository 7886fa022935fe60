/**
 * Changes the program in small ways, one at a time, and runs the tests that touch the place: what no test notices is
 * listed as a survivor. Results are kept in reports/, so that the next run tries only what has changed since.
 * Usage: mutate.ts [FILE...]   (default: everything that stryker.config.json names)
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const parts = ['operator/core', 'operator/engine'] as const;
const leastPercent = 85;

/** What is used here of the mutation testing report schema. */
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}
interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}
/** Both from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const shim = fileURLToPath(new URL('mocha-12.cjs', import.meta.url));
createRequire(import.meta.url)(shim);
process.chdir(root);
const files = process.argv.slice(2);
await new Stryker({
  configFile: 'stryker.config.json',
  ...(files.length > 0 && { mutate: files }),
  testRunnerNodeArgs: ['--require', shim],
}).runMutationTest();

const report = JSON.parse(readFileSync(join(root, 'reports', 'mutation', 'mutation.json'), 'utf8')) as Report;
for (const [path, { source, mutants }] of Object.entries(report.files))
  for (const mutant of mutants) if (isSurvivor(mutant)) console.log(`${path}:${describe(mutant, source.split('\n'))}`);
let isEnough = true;
for (const part of parts) {
  const mutants = Object.entries(report.files).flatMap(([path, file]) => (path.startsWith(part) ? file.mutants : []));
  const survivors = mutants.filter(isSurvivor).length;
  const killed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  if (killed + survivors === 0) continue;
  const score = (100 * killed) / (killed + survivors);
  console.log(`${part.padEnd(16)} ${killed} of ${killed + survivors} killed: ${score.toFixed(1)} %`);
  isEnough &&= score >= leastPercent;
}
if (!isEnough) console.error(`fewer than ${leastPercent} % are killed`);
process.exit(isEnough ? 0 : 1);

function isSurvivor({ status }: Mutant): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** `12 ConditionalExpression: left < right -> true` */
function describe(
  { location: { start, end }, mutatorName, replacement = '' }: Mutant,
  lines: readonly string[],
): string {
  const line = lines[start.line - 1] ?? '';
  const original = line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined);
  return `${start.line} ${mutatorName}: ${original} -> ${replacement.replaceAll(/\s+/g, ' ')}`;
}
