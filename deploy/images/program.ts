import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderEntries, type LayerEntry } from './layer.ts';
import { installedModules, isBallast } from './npm.ts';
import { dependenciesOf, programLock } from './program-lock.ts';
import type { Architecture } from './recipe.ts';

/** What the container runs. */
export const PROGRAM_ENTRY = '/app/dist/operator/main.js';

/** In the published package this file lies in `dist/deploy/images`, in a checkout in `deploy/images`. */
const published = existsSync(join(import.meta.dirname, '../../bridge.mjs'));
const root = join(import.meta.dirname, published ? '../../..' : '../..');
const madeFrom = published ? ['dist'] : ['operator', 'controllers', 'schemas', 'deploy'];
const madeFromFiles = published ? ['package.json'] : ['package.json', 'tsconfig.json', 'tsconfig.build.json'];

/** What decides the program of the image: the sources in a checkout, what is compiled in the published package. */
export async function programInputs(): Promise<readonly string[]> {
  const hash = createHash('sha256');
  const files = await Promise.all(madeFrom.map(filesBelow));
  for (const path of [...files.flat().sort(), ...madeFromFiles]) {
    hash.update(path).update('\0');
    hash.update(await readFile(join(root, path))).update('\0');
  }
  return [hash.digest('hex'), programLock()];
}

/** The compiled program as it lies in the published package, and the npm packages that it runs on; nothing to build with. */
export async function programEntries(architecture: Architecture): Promise<readonly LayerEntry[]> {
  const lock = programLock();
  const manifest = manifestOf(lock);
  const modules = await installedModules(
    { name: 'the npm packages of mcpnet', manifest, lock },
    architecture,
    isLeftOut,
  );
  return [
    ...modules,
    { kind: 'text', path: '/app/package.json', text: manifest },
    ...launcher(),
    ...(await compiled()),
  ];
}

async function compiled(): Promise<readonly LayerEntry[]> {
  if (published) return textsOf(join(root, 'dist'));
  const { compileProgram } = await import('../compile-program.ts');
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-program-'));
  try {
    await compileProgram(directory);
    return await textsOf(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Read at once, since the folder does not outlive this. Locks and scripts to build images by are of no use in one. */
async function textsOf(folder: string): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for await (const entry of folderEntries(folder, '/app/dist', (path) => /^deploy\/images\/locks(\/|$)/.test(path))) {
    if (entry.kind !== 'file') entries.push(entry);
    else entries.push({ kind: 'bytes', path: entry.path, bytes: await readFile(entry.source), mode: entry.mode });
  }
  return entries;
}

/** `mcpnet` on the path, for those who look around in the container. */
function launcher(): readonly LayerEntry[] {
  return [
    { kind: 'file', path: '/app/operator/launch.mjs', source: join(root, 'operator/launch.mjs'), mode: 0o755 },
    {
      kind: 'file',
      path: '/app/deploy/local/bootstrap.mjs',
      source: join(root, 'deploy/local/bootstrap.mjs'),
      mode: 0o644,
    },
  ];
}

/** The program's own name and version, and what the lock file holds. */
function manifestOf(lock: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<
    Record<'name' | 'version' | 'license', string>
  >;
  const dependencies = dependenciesOf(JSON.parse(lock) as Parameters<typeof dependenciesOf>[0]);
  return `${JSON.stringify({ name, version, license, private: true, type: 'module', dependencies }, null, 2)}\n`;
}

/** Never read by Node: types and their sources, second and third forms of the same code, prebuilt parts of other runtimes. */
function isLeftOut(path: string): boolean {
  return (
    isBallast(path) ||
    /\.([cm]?ts|md)$|^@opentelemetry\/[^/]+\/build\/(esm|esnext)(\/|$)|^bare-[^/]+\/prebuilds(\/|$)|^@types(\/|$)/.test(
      path,
    )
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const children = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return children
    .filter((child) => child.isFile())
    .map((child) => join(child.parentPath, child.name).slice(root.length + 1));
}
