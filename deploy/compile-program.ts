import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDashboard } from './dashboard/bundle.ts';
import { bundleBridge } from './images/bundle-bridge.ts';
import { run } from './images/command.ts';

const root = join(import.meta.dirname, '..');

/** Compiles a checkout's program into an empty folder, with everything that it reads at run time beside it. */
export async function compileProgram(dist: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', dist], {
    cwd: root,
    purpose: 'compiling the program',
    remedy: 'npm run check tells what is wrong',
  });
  await bundleBridge(join(dist, 'bridge.mjs'));
  await writeDashboard(join(dist, 'dashboard'));
  // What the compiled files read at run time lies beside them as it does beside the sources.
  await copy('schemas', dist, (name) => name.endsWith('.json'));
  await copy('deploy/images', dist, (name) => name.endsWith('.sh'));
  await copy('operator/drivers/haproxy', dist, (name) => name.endsWith('.lua'));
  await cp(join(root, 'deploy/images/locks'), join(dist, 'deploy/images/locks'), { recursive: true });
}

async function copy(folder: string, dist: string, wanted: (name: string) => boolean): Promise<void> {
  await mkdir(join(dist, folder), { recursive: true });
  for (const name of (await readdir(join(root, folder))).filter(wanted))
    await cp(join(root, folder, name), join(dist, folder, name));
}
