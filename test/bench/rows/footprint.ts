import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { eventually } from '../../support/eventually.ts';
import { BenchNetwork, type Manifest } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { RowResult } from '../report.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const firstReferencePort = 11_100;
const settleMs = 5_000;
const megabyte = 2 ** 20;

/** What the operator itself takes while the six services of the repository run and nothing changes. */
export async function footprint(quick: boolean): Promise<RowResult> {
  const watchedMs = quick ? 5_000 : 30_000;
  const network = await BenchNetwork.open();
  const services = await referenceServices(network);
  for (const service of services) await network.write(service);
  const operator = await BenchOperator.start(network, services.length);
  try {
    await delay(settleMs);
    const before = { cpuMs: await cpuMs(operator.pid), atMs: performance.now() };
    await delay(watchedMs);
    const share = ((await cpuMs(operator.pid)) - before.cpuMs) / (performance.now() - before.atMs);
    const { rss, pss, anonymous } = await memory(operator.pid);
    const parts = { anonymous, 'mapped files': rss - anonymous, ...(await heapOf(operator, network.directory)) };
    return result(services.length, rss / megabyte, pss / megabyte, share * 100, parts);
  } finally {
    await operator.stop();
    await network.close();
  }
}

function result(services: number, rss: number, pss: number, percent: number, parts: Record<string, number>): RowResult {
  const what = `operator with ${services} services`;
  const shown = Object.entries(parts).map(([name, bytes]) => `${name} ${(bytes / megabyte).toFixed(0)} MB`);
  return {
    findings: [
      { what: `${what}: RSS`, unit: 'MB', ours: rss, goal: { text: '<= 120 MB', isMet: rss <= 120 } },
      { what: `${what}: PSS`, unit: 'MB', ours: pss },
      {
        what: `${what}: processor while converged`,
        unit: '%',
        ours: percent,
        goal: { text: '< 0.5 %', isMet: percent < 0.5 },
      },
    ],
    notes: [`of which ${shown.join(', ')}`],
    samples: { rss, pss, percent, parts },
  };
}

/** The manifests of the repository at this network's ports, with volumes and folders of their own. */
async function referenceServices(network: BenchNetwork): Promise<Manifest[]> {
  const folder = join(repository, 'manifests');
  const data = join(network.directory, 'data');
  await mkdir(data);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .map((text) => parse(text) as Manifest)
    .filter(({ kind }) => kind === 'MCPService')
    .map((manifest) => {
      const { port, volumes, ...spec } = manifest.spec as { port: number; volumes?: Record<string, unknown>[] };
      const own = volumes?.map((volume) =>
        'hostPath' in volume ? { ...volume, hostPath: data } : { ...volume, name: network.beside('memory') },
      );
      const mapped = { ...spec, port: network.port(port - firstReferencePort), ...(own && { volumes: own }) };
      return { ...manifest, spec: mapped };
    });
}

/** Processor time of all threads; the first field of schedstat is nanoseconds on a processor (proc(5)). */
async function cpuMs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
  );
  return times.reduce((sum, text) => sum + Number(text.split(' ', 1)[0]) / 1e6, 0);
}

async function memory(pid: number): Promise<{ rss: number; pss: number; anonymous: number }> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  return { rss: bytes('Rss'), pss: bytes('Pss'), anonymous: bytes('Anonymous') };
}

/** From Node's diagnostic report, which the process writes when it gets a signal; taken last, since it costs memory. */
async function heapOf(operator: BenchOperator, directory: string): Promise<Record<string, number>> {
  operator.report();
  return eventually(async () => {
    const name = (await readdir(directory)).find((each) => each.startsWith('report.'));
    if (name === undefined) return false;
    const { javascriptHeap: heap } = JSON.parse(await readFile(join(directory, name), 'utf8')) as {
      javascriptHeap: Record<'usedMemory' | 'totalMemory' | 'externalMemory', number>;
    };
    return { 'heap used': heap.usedMemory, 'heap committed': heap.totalMemory, external: heap.externalMemory };
  });
}
