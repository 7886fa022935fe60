/** Demands a share of the branches of each part that decides, of what c8 has just counted. Usage: npm run coverage */
import { readFileSync } from 'node:fs';
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
