import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../../deploy/images/cache.ts';
import { run } from '../../deploy/images/command.ts';
import { outcomeOf, type Outcome } from './program.ts';

/** A program of a package from npm, as people install it; kept outside the checkout, by its version. */
export interface NpmProgram {
  readonly package: string;
  readonly version: string;
  /** The file to run, below node_modules; a script runs on this Node. */
  readonly file: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where the package is installed; it is if it was not. */
export function installed({ package: name, version }: NpmProgram): Promise<string> {
  return cached('npm-programs', `${name.replace(/^@/, '').replace('/', '-')}-${version}`, async (directory) => {
    await writeFile(join(directory, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: directory,
      purpose: `installing ${name}`,
      remedy: 'npm must be on this machine and reach its registry (npm ping)',
    });
  });
}

/** Runs it to its end. It sees nothing of this process's environment but PATH. */
export async function runNpmProgram(
  program: NpmProgram,
  args: readonly string[],
  { cwd, env }: RunOptions,
): Promise<Outcome> {
  const file = join(await installed(program), 'node_modules', program.file);
  const isScript = /\.[cm]?js$/.test(file);
  const child = spawn(isScript ? process.execPath : file, isScript ? [file, ...args] : [...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return outcomeOf(child, 60_000);
}
