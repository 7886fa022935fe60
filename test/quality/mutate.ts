/**
 * Changes the program in small ways, one at a time, and runs the tests that touch the place: what no test notices is
 * listed as a survivor. Each part is judged by the tests that are meant for it. Results are kept in reports/, so that the
 * next run tries only what has changed since.
 * Usage: mutate.ts [core|engine] [FILE...]   (default: all of both)
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const parts = {
  core: { folder: 'operator/core', tests: ['test/{core,controllers}/**/*.test.ts'] },
  engine: { folder: 'operator/engine', tests: ['test/engine/**/*.test.ts', 'test/contract/fake.test.ts'] },
} as const;
type Part = keyof typeof parts;
const leastPercent = 85;
/** Many worlds each, and where one fails a long search for the smallest case: the other tests must do. */
const ignored = ['test/engine/properties.test.ts', 'test/engine/schedules.test.ts'];

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
const [named, ...files] = process.argv.slice(2);
const scores: number[] = [];
for (const part of ['core', 'engine'] as const)
  if (named === undefined || named === part) scores.push(await score(part, files));
const isEnough = scores.every((percent) => percent >= leastPercent);
if (!isEnough) console.error(`fewer than ${leastPercent} % are killed`);
process.exit(isEnough ? 0 : 1);

async function score(part: Part, some: readonly string[]): Promise<number> {
  const { folder, tests } = parts[part];
  const fileName = `reports/mutation/${part}.json`;
  await new Stryker({
    configFile: 'stryker.config.json',
    mutate: some.length > 0 ? [...some] : [`${folder}/**/*.ts`],
    mochaOptions: { spec: ['test/quality/impatience.cjs', ...quickFirst(tests)] },
    incrementalFile: `reports/mutation/${part}-incremental.json`,
    jsonReporter: { fileName },
    testRunnerNodeArgs: ['--require', shim],
  }).runMutationTest();
  const { files: mutated } = JSON.parse(readFileSync(join(root, fileName), 'utf8')) as Report;
  for (const [path, { source, mutants }] of Object.entries(mutated))
    for (const each of mutants.filter(isSurvivor)) console.log(`${path}:${describe(each, source.split('\n'))}`);
  const all = Object.values(mutated).flatMap(({ mutants }) => mutants);
  const survivors = all.filter(isSurvivor).length;
  const killed = all.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const percent = (100 * killed) / (killed + survivors);
  console.log(`${folder}: ${killed} of ${killed + survivors} killed, ${percent.toFixed(1)} %`);
  return percent;
}

/** Scenes on a whole world come last: most mutants are dead by then, and of a mutated operator they may never see the end. */
function quickFirst(tests: readonly string[]): string[] {
  const files = globSync(tests, { exclude: ignored }).toSorted();
  const isScene = (file: string): boolean => readFileSync(file, 'utf8').includes('/harness.ts');
  return [...files.filter((file) => !isScene(file)), ...files.filter(isScene)];
}

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
