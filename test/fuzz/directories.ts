import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Footprint } from './memory.ts';

const program = fileURLToPath(new URL('./memory.ts', import.meta.url));

/** Files of the largest size that is read, each of which would expand to gigabytes. */
export function bombs(count: number): string[] {
  const laughs = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 20; level++) laughs.push(`l${level}: &l${level} [${`*l${level - 1}, `.repeat(10)}]`);
  const text = laughs.join('\n');
  const most = 1_000_000;
  const shapes = [
    text,
    '['.repeat(most),
    '{a: '.repeat(most / 4),
    '- '.repeat(most / 2),
    '? '.repeat(most / 2),
    '&a '.repeat(most / 3),
    Array.from({ length: most / 12 }, (_, index) => `k${index}: 1`).join('\n'),
    'a: b\n'.repeat(most / 5),
    '---\n'.repeat(most / 4),
    `a: "${'\\u0041'.repeat(most / 6)}"`,
    `a: &a [${'x, '.repeat(most / 6)}]\nb: [${'*a, '.repeat(99)}]`,
  ];
  return Array.from({ length: count }, (_, index) => shapes[index % shapes.length] ?? '');
}

/** Valid services, one in each file. */
export function services(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) =>
      `apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata: {name: s${index}}\nspec: {image: "tiny:1", transport: stdio}\n`,
  );
}

/** Has a process read these files, and tells what it took. */
export async function footprintOf(files: readonly string[]): Promise<Footprint> {
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-fuzz-'));
  try {
    for (const [index, text] of files.entries()) {
      const folder = join(directory, String(index % 100));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${index}.yaml`), text);
    }
    const { stdout } = await promisify(execFile)(process.execPath, [program, directory], { timeout: 600_000 });
    return JSON.parse(stdout) as Footprint;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
