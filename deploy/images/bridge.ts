import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provenance, type Closure } from './debian.ts';
import type { LayerEntry } from './layer.ts';
import { librariesOf, resolveInRoot } from './rootfs.ts';

/**
 * The folder /mcpnet: Node with its own loader and libraries, and the bridge as one file. A volume made from it and
 * mounted read-only works in an image of any kind, musl and empty ones too, as any user:
 * `/mcpnet/lib/ld.so --library-path /mcpnet/lib /mcpnet/bin/node /mcpnet/bridge.mjs`. `process.execPath` is the loader there.
 */
export function bridgeEntries(closure: Closure, nodeFolder: string, bundle: string): readonly LayerEntry[] {
  const node = join(nodeFolder, 'node');
  const libraries = new Set(librariesOf(closure, node, '/usr/bin/node'));
  for (const library of libraries) {
    for (const next of librariesOf(closure, resolveInRoot(closure.root, library), library)) libraries.add(next);
  }
  const mounted = [...libraries].map((path) => ({
    kind: 'file' as const,
    path: `/mcpnet/lib/${mountedName(path)}`,
    source: resolveInRoot(closure.root, path),
    mode: 0o755,
  }));
  return [
    ...mounted,
    ...provenance(closure, mounted),
    { kind: 'file', path: '/usr/share/doc/node/LICENSE', source: join(nodeFolder, 'LICENSE'), mode: 0o644 },
    { kind: 'file', path: '/mcpnet/bin/node', source: node, mode: 0o755 },
    { kind: 'text', path: '/mcpnet/bridge.mjs', text: bundle },
  ];
}

/** The bridge as one file's text: ready-made in the published package, bundled anew in a checkout. */
export async function bridgeBundle(): Promise<string> {
  const readyMade = join(import.meta.dirname, '../../bridge.mjs');
  if (existsSync(readyMade)) return readFile(readyMade, 'utf8');
  const { bundleBridge } = await import('./bundle-bridge.ts');
  const directory = await mkdtemp(join(tmpdir(), 'mcpnet-bridge-'));
  try {
    const outfile = join(directory, 'bridge.mjs');
    await bundleBridge(outfile);
    return await readFile(outfile, 'utf8');
  } finally {
    await rm(directory, { recursive: true });
  }
}

function mountedName(library: string): string {
  const name = library.slice(library.lastIndexOf('/') + 1);
  return name.startsWith('ld-linux') ? 'ld.so' : name;
}
