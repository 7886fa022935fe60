import Docker from 'dockerode';
import { parseArgs } from 'node:util';
import { catalog } from './catalog.ts';
import { ensureImages, selectImages, type ImageProgress } from './ensure.ts';
import { relock } from './npm.ts';

export { ensureImages, type EnsureOptions, type ImageProgress } from './ensure.ts';

const USAGE = `Builds the images of mcp-network-operator on this machine, without a container registry.

  node deploy/images/build.ts [NAMES...]   images or sets (default, extra, cluster, test, all); "default" if none is named
    --rebuild   build them again from packages downloaded anew
    --list      tell what there is to build
    --relock    resolve the npm packages of NAMES anew into deploy/images/locks/, build nothing
`;

if (import.meta.main) {
  main(process.argv.slice(2)).catch((cause: unknown) => {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exitCode = 1;
  });
}

async function main(args: string[]): Promise<void> {
  const flags = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { rebuild: flags, list: flags, relock: flags, help: { ...flags, short: 'h' } },
  });
  const names = positionals.length > 0 ? positionals : ['default'];
  if (values.help) process.stdout.write(USAGE);
  else if (values.list) list();
  else if (values.relock) await relockAll(names);
  else await ensureImages(names, { docker: new Docker(), onProgress: printProgress, rebuild: values.rebuild });
}

function printProgress({ image, phase, durationMs, bytes }: ImageProgress): void {
  if (phase === 'building') return;
  const outcome = phase === 'built' ? `built ${(durationMs / 1000).toFixed(1).padStart(6)} s` : 'present       ';
  process.stdout.write(`image ${image.padEnd(34)} ${outcome} ${(bytes / 1e6).toFixed(0).padStart(5)} MB\n`);
}

function list(): void {
  for (const { name, set, title, version } of catalog()) {
    process.stdout.write(`${set.padEnd(8)} ${name.padEnd(34)} ${title} ${version}\n`);
  }
}

async function relockAll(names: readonly string[]): Promise<void> {
  const wanted = new Set(selectImages(catalog(), names));
  for (const { name, contents } of catalog()) {
    if (contents.kind === 'npm' && wanted.has(name)) process.stdout.write(`wrote ${await relock(contents)}\n`);
  }
}
