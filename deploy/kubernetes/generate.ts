/**
 * Writes what installs the operator without the command: the kustomize base, its overlays and the Helm chart, from the
 * same objects as `mcpnet cluster install`. `--check` fails instead of writing if a file differs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chartFiles } from './chart-files.ts';
import { kustomizeFiles } from './kustomize-files.ts';

const here = new URL('./', import.meta.url);
const isCheck = process.argv.includes('--check');
for (const [name, text] of Object.entries({ ...kustomizeFiles(), ...chartFiles() })) {
  const target = new URL(name, here);
  if (!isCheck) {
    mkdirSync(dirname(target.pathname), { recursive: true });
    writeFileSync(target, text);
  } else if (textOf(target) !== text) {
    console.error(`deploy/kubernetes/${name} differs from what it is made from; run \`npm run generate\``);
    process.exitCode = 1;
  }
}

function textOf(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
