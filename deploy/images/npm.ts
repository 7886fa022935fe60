import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './command.ts';
import { folderEntries, type LayerEntry } from './layer.ts';
import { digest, type Architecture } from './recipe.ts';

const REMEDY = 'npm must be on this machine and reach its registry (npm ping)';

/** Pinned package with everything it depends on, from the committed lock file; no install script ever runs. */
export async function npmEntries(
  source: { package: string; version: string },
  architecture: Architecture,
): Promise<readonly LayerEntry[]> {
  const wanted = { name: source.package, manifest: manifest(source), lock: lockText(source) };
  const modules = await installedModules(wanted, architecture);
  return [{ kind: 'text', path: '/app/package.json', text: manifest(source) }, ...modules];
}

/** What a lock file tells npm to install, at `/app/node_modules`; no install script ever runs. */
export async function installedModules(
  { name, manifest, lock }: { name: string; manifest: string; lock: string },
  architecture: Architecture,
  isLeftOut: (path: string) => boolean = isBallast,
): Promise<readonly LayerEntry[]> {
  const folder = await cached('npm', digest(lock + architecture), async (directory) => {
    await writeFile(join(directory, 'package.json'), manifest);
    await writeFile(join(directory, 'package-lock.json'), lock);
    const target = [`--cpu=${architecture === 'amd64' ? 'x64' : architecture}`, '--os=linux', '--libc=glibc'];
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev', ...target], {
      cwd: directory,
      purpose: `installing ${name}`,
      remedy: REMEDY,
    });
  });
  const entries: LayerEntry[] = [];
  for await (const entry of folderEntries(join(folder, 'node_modules'), '/app/node_modules', isLeftOut))
    entries.push(entry);
  return entries;
}

/** The committed lock file of a package: every version and integrity hash, but no registry's address. */
export function lockText(source: { package: string; version: string }): string {
  try {
    return readFileSync(lockPath(source), 'utf8');
  } catch (cause) {
    const remedy = 'run deploy/images/build.ts --relock and commit the file';
    throw new Error(`no lock file for ${source.package}@${source.version}; ${remedy}`, { cause });
  }
}

/** Resolves the package anew and writes its lock file into the checkout. */
export async function relock(source: { package: string; version: string }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-lock-'));
  try {
    await writeFile(join(directory, 'package.json'), manifest(source));
    const args = [
      'install',
      '--package-lock-only',
      '--omit-lockfile-registry-resolved',
      '--omit=dev',
      '--ignore-scripts',
    ];
    await run('npm', [...args, '--no-audit', '--no-fund'], {
      cwd: directory,
      purpose: `resolving ${source.package}`,
      remedy: REMEDY,
    });
    await mkdir(join(lockPath(source), '..'), { recursive: true });
    await copyFile(join(directory, 'package-lock.json'), lockPath(source));
    return lockPath(source);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function lockPath(source: { package: string; version: string }): string {
  const name = `${source.package.replace('@', '').replace('/', '-')}-${source.version}.json`;
  return join(import.meta.dirname, 'locks', name);
}

function manifest(source: { package: string; version: string }): string {
  const content = { name: 'app', private: true, dependencies: { [source.package]: source.version } };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Never read at run time: source maps, type declarations, npm's own records. */
export function isBallast(path: string): boolean {
  return /\.(map|d\.[cm]?ts)$|^\.bin(\/|$)|^\.package-lock\.json$/.test(path);
}
