/**
 * Runs the suites that need no engine under c8 and demands a share of branches of each part that decides.
 * Usage: coverage.ts [SUITE...]   (default: unit)
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const parts = ['operator/core', 'operator/engine', 'controllers'] as const;
const leastPercent = 95;

/** As in c8's report `json-summary`, by absolute path. */
interface FileSummary {
  readonly branches: { readonly total: number; readonly covered: number };
  readonly lines: { readonly total: number; readonly covered: number };
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const named = process.argv.slice(2);
const suites = named.length > 0 ? named : ['unit'];
const c8 = createRequire(import.meta.url).resolve('c8/bin/c8.js');
const reports = ['text', 'json-summary'].flatMap((reporter) => ['--reporter', reporter]);
const included = parts.flatMap((part) => ['--include', `${part}/**`]);
const { status } = spawnSync(
  process.execPath,
  [c8, '--all', ...reports, ...included, process.execPath, join(root, 'test', 'run.ts'), ...suites],
  { cwd: root, stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

const summary = JSON.parse(readFileSync(join(root, 'coverage', 'coverage-summary.json'), 'utf8')) as Record<
  string,
  FileSummary
>;
const rows = parts.map((part) => {
  const files = Object.entries(summary).filter(([path]) => relative(root, path).startsWith(`${part}/`));
  return { part, lines: percent(files, 'lines'), branches: percent(files, 'branches') };
});
for (const { part, lines, branches } of rows)
  console.log(`${part.padEnd(16)} lines ${lines.toFixed(1)} %, branches ${branches.toFixed(1)} %`);
const short = rows.filter(({ branches }) => branches < leastPercent);
if (short.length > 0) {
  console.error(`fewer than ${leastPercent} % of the branches of ${short.map(({ part }) => part).join(', ')} are run`);
  process.exit(1);
}

function percent(files: readonly (readonly [string, FileSummary])[], what: keyof FileSummary): number {
  const sum = (field: 'total' | 'covered'): number => files.reduce((total, [, file]) => total + file[what][field], 0);
  return (100 * sum('covered')) / sum('total');
}
