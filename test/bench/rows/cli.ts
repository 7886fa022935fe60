import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { Finding, RowResult } from '../report.ts';
import { median, percentile, summary } from '../statistics.ts';

const run = promisify(execFile);
const launcher = fileURLToPath(new URL('../../../operator/launch.mjs', import.meta.url));
const services = 6;
const goalMs = 250;
const completionGoalMs = 200;

/**
 * What a person waits for at the shell: `mcpnet get` and the press of a key, by the program's own file as an installed one is
 * started, with six services of a running operator. Beside it the same Node that does nothing.
 */
export async function cli(quick: boolean): Promise<RowResult> {
  const repeats = quick ? 5 : 20;
  const network = await BenchNetwork.open();
  for (let index = 0; index < services; index++) await network.write(network.service(index));
  const operator = await BenchOperator.start(network, services);
  const flags = ['--scope', network.scope, '--state', network.state];
  const foreign = otherNode();
  const samples: Record<'floor' | 'get' | 'complete' | 'foreignFloor' | 'foreignGet', number[]> = {
    floor: [],
    get: [],
    complete: [],
    foreignFloor: [],
    foreignGet: [],
  };
  try {
    // The first run of any version compiles; what it leaves is found by all others.
    await timed(process.execPath, ['get', ...flags]);
    await timed(process.execPath, ['__complete', ...flags, '--', 'describe', '']);
    for (let index = 0; index < repeats; index++) {
      samples.floor.push(await timed(process.execPath));
      samples.get.push(await timed(process.execPath, ['get', ...flags]));
      samples.complete.push(await timed(process.execPath, ['__complete', ...flags, '--', 'describe', '']));
      if (foreign === undefined) continue;
      samples.foreignFloor.push(await timed(foreign));
      samples.foreignGet.push(await timed(foreign, ['get', ...flags]));
    }
  } finally {
    await operator.stop();
    await network.close();
  }
  return {
    findings: [
      ...findings('mcpnet get from the shell', samples.get, samples.floor, goalMs),
      ...findings('completion of a live name', samples.complete, samples.floor, completionGoalMs),
      ...(foreign === undefined
        ? []
        : findings('mcpnet get, begun by an older Node in the path', samples.foreignGet, samples.foreignFloor, goalMs)),
    ],
    notes: [`floor: node -e 0 of the Node in the path; an older one starts, and then ${process.version} does`],
    samples: Object.fromEntries(Object.entries(samples).map(([name, each]) => [name, { ...summary(each), each }])),
  };
}

function findings(what: string, samples: readonly number[], floor: readonly number[], goal: number): Finding[] {
  return (
    [
      ['p50', median],
      ['p99', (each: readonly number[]) => percentile(each, 0.99)],
    ] as const
  ).map(([name, of]) => {
    const ours = of(samples);
    return {
      what: `${what}, ${name} (${samples.length})`,
      unit: 'ms',
      ours,
      floor: of(floor),
      goal: { text: `<= ${goal} ms`, isMet: ours <= goal },
    };
  });
}

/** From the start of the process to its end, by the `node` that the program's first line finds; without arguments it does nothing. */
async function timed(node: string, args?: readonly string[]): Promise<number> {
  const { NODE_COMPILE_CACHE: _cache, ...environment } = process.env;
  const env = { ...environment, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` };
  const startedMs = performance.now();
  await (args ? run(launcher, [...args], { env }) : run(node, ['-e', '0'], { env }));
  return performance.now() - startedMs;
}

/** Another Node in the path, as a machine has that was not made for this program. */
function otherNode(): string | undefined {
  const nodes = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'node'));
  return nodes.find((path) => existsSync(path) && !path.includes('node_modules') && path !== process.execPath);
}
