/**
 * Measures what issue 2 promises under "How fast", side by side in one run, prints a table and writes
 * `bench/<time>.json` with every sample. Usage: run.ts [--quick] [ROW...]   (default: all rows but those under load)
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureImages } from '../../deploy/images/ensure.ts';
import { ensureEngine } from '../../deploy/local/engine.ts';
import { docker } from '../support/docker.ts';
import { describeMachine, machineLine, measureLoad, type Load } from './machine.ts';
import { closeAll } from './network.ts';
import { stopAll } from './operator.ts';
import { formatTable, type RowResult } from './report.ts';
import { api } from './rows/api.ts';
import { bridgeInitialize } from './rows/bridge-initialize.ts';
import { bridgeIsolation } from './rows/bridge-isolation.ts';
import { bridgeMemory } from './rows/bridge-memory.ts';
import { bridgeVanish } from './rows/bridge-vanish.ts';
import { cli } from './rows/cli.ts';
import { metrics } from './rows/metrics.ts';
import { clusterReady } from './rows/cluster-ready.ts';
import { clusterSource } from './rows/cluster-source.ts';
import { coldStart } from './rows/cold-start.ts';
import { dashboard } from './rows/dashboard.ts';
import { firstCall } from './rows/first-call.ts';
import { git } from './rows/git.ts';
import { footprint } from './rows/footprint.ts';
import { haproxyConfig } from './rows/haproxy-config.ts';
import { closeLoad, loadRows } from './rows/load.ts';
import { proxy } from './rows/proxy.ts';
import { realMany } from './rows/real-200.ts';
import { repair } from './rows/repair.ts';
import { scale } from './rows/scale.ts';
import { scaleFake } from './rows/scale-fake.ts';

const ordinaryRows: Readonly<Record<string, (quick: boolean) => Promise<RowResult>>> = {
  'cold-start': coldStart,
  'first-call': firstCall,
  repair,
  scale,
  proxy,
  footprint,
  cli,
  api,
  metrics,
  git,
  'cluster-source': clusterSource,
  'cluster-ready': clusterReady,
  dashboard,
  'bridge-initialize': bridgeInitialize,
  'bridge-memory': bridgeMemory,
  'bridge-isolation': bridgeIsolation,
  'bridge-vanish': bridgeVanish,
};
/** How it grows; minutes each. */
const scaleRows: typeof ordinaryRows = {
  'scale-fake': scaleFake,
  'haproxy-config': haproxyConfig,
  'real-200': realMany,
};
const rows = { ...ordinaryRows, ...scaleRows, ...loadRows };
const output = fileURLToPath(new URL('../../bench', import.meta.url));
const quietCores = 0.5;

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const named = args.filter((arg) => arg !== '--quick');
const unknown = named.filter((name) => !(name in rows));
if (unknown.length > 0) {
  console.error(`there is no row "${unknown.join('", "')}"; there are: ${Object.keys(rows).join(', ')}, and --quick`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('stopped; removing what the bench has made');
    void cleanUp().finally(() => process.exit(130));
  });
}

await ensureEngine({ dockerHost: process.env['DOCKER_HOST'], logDirectory: tmpdir(), say: console.log });
await ensureImages(['default', 'tiny:1'], {
  docker,
  onProgress: ({ image, phase, durationMs }) => {
    if (phase === 'built') console.log(`image ${image} built in ${(durationMs / 1000).toFixed(1)} s`);
  },
});
const machine = await describeMachine();
console.log(machineLine(machine));
const measured: Record<string, RowResult & { before: Load; after: Load }> = {};
let failed = false;
for (const name of named.length > 0 ? named : Object.keys(ordinaryRows)) await measure(name);

console.log(`\n${formatTable(Object.values(measured).flatMap(({ findings }) => findings))}`);
await mkdir(output, { recursive: true });
const takenAt = new Date().toISOString();
const file = join(output, `${takenAt.replaceAll(/[:.]/g, '-')}.json`);
await writeFile(file, `${JSON.stringify({ takenAt, quick, machine, rows: measured }, undefined, 2)}\n`);
console.log(`\nall samples: ${file}`);
process.exit(failed ? 1 : 0);

/** A row that breaks costs the others nothing; the run ends with exit code 1. */
async function measure(name: string): Promise<void> {
  const before = await measureLoad();
  console.log(`\n== ${name}: load ${shown(before)}`);
  if (before.busyCores > quietCores || (Object.keys(measured).length === 0 && before.average1 > quietCores))
    console.log(`warning: this machine is busy with something else (${shown(before)}); do not trust this row`);
  const startedMs = performance.now();
  try {
    const result = await rows[name]?.(quick);
    const after = await measureLoad();
    if (!result) return;
    measured[name] = { ...result, before, after };
    for (const note of result.notes) console.log(`   ${note}`);
    console.log(formatTable(result.findings));
    console.log(
      `== ${name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s, load afterwards ${shown(after)}`,
    );
  } catch (error) {
    failed = true;
    console.error(`== ${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    await cleanUp();
  }
}

function shown({ average1, busyCores }: Load): string {
  return `${average1.toFixed(2)} (1 min), ${busyCores.toFixed(2)} cores busy now`;
}

async function cleanUp(): Promise<void> {
  await stopAll();
  await closeAll();
  await closeLoad();
}
