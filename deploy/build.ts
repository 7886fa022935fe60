/** Compiles what the published package runs into `dist/`: Node does not strip types below node_modules. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDashboard } from './dashboard/bundle.ts';
import { bundleBridge } from './images/bundle-bridge.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
const compiler = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (compiler.status !== 0) process.exit(compiler.status ?? 1);
await bundleBridge(join(dist, 'bridge.mjs'));
await writeDashboard(join(dist, 'dashboard'));
// What the compiled files read at run time lies beside them as it does beside the sources.
await copy('schemas', (name) => name.endsWith('.json'));
await copy('deploy/images', (name) => name.endsWith('.sh'));
await copy('operator/drivers/haproxy', (name) => name.endsWith('.lua'));
await cp(join(root, 'deploy/images/locks'), join(dist, 'deploy/images/locks'), { recursive: true });

async function copy(folder: string, wanted: (name: string) => boolean): Promise<void> {
  await mkdir(join(dist, folder), { recursive: true });
  for (const name of (await readdir(join(root, folder))).filter(wanted))
    await cp(join(root, folder, name), join(dist, folder, name));
}
