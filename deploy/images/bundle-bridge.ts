import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../../operator/bridge/main.ts', import.meta.url));

/** Writes the bridge and all it needs as one module for Node 24. The same sources give the same bytes. */
export async function bundleBridge(outfile: string): Promise<void> {
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'error',
    // Some of what is bundled is CommonJS and asks for Node's own modules by `require`.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
}

if (import.meta.main) {
  const [outfile = 'dist/bridge.mjs'] = process.argv.slice(2);
  await bundleBridge(outfile);
  process.stdout.write(`${outfile}\n`);
}
