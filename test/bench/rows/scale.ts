import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assemble } from '../../../operator/assemble.ts';
import { readConfig } from '../../../operator/config.ts';
import { DirectorySource } from '../../../operator/sources/directory.ts';
import { eventually } from '../../support/eventually.ts';
import { BenchNetwork } from '../network.ts';
import { ProbeTimes } from '../probe-times.ts';
import type { RowResult } from '../report.ts';
import { median, percentile, summary } from '../statistics.ts';

const trafficProgram = fileURLToPath(new URL('../traffic.ts', import.meta.url));
const settleMs = 500;
/** Longer than a session of the traffic. */
const rollout = { drainTimeout: '1s' };

/** replicas 1 -> 3 -> 1 under light traffic, with an operator in this process so that its probe can be timed. */
export async function scale(quick: boolean): Promise<RowResult> {
  const cycles = quick ? 2 : 25;
  const network = await BenchNetwork.open();
  const times = new ProbeTimes();
  const config = readConfig({ scope: network.scope, manifests: network.manifests, state: network.state }, {});
  const operator = await assemble(config, [new DirectorySource(network.manifests)], times.logger, {
    probe: times.probe,
  });
  times.operator = operator;
  await operator.start();
  let traffic: ChildProcess | undefined;
  try {
    const resize = async (replicas: number): Promise<void> => {
      await network.write(network.service(0, { replicas, rollout }));
      await eventually(() => times.isSettled(replicas), { timeoutMs: 120_000, intervalMs: 200 });
      await delay(settleMs);
    };
    await resize(1);
    const reloadsBefore = await network.reloads();
    times.clear();
    traffic = spawn(process.execPath, [trafficProgram, network.url(0)], { stdio: ['ignore', 'pipe', 'inherit'] });
    for (let cycle = 0; cycle < cycles; cycle++) {
      await resize(3);
      await resize(1);
    }
    const { requests, failures } = await end(traffic);
    traffic = undefined;
    return result(cycles, times.appliedMs, (await network.reloads()) - reloadsBefore, requests, failures);
  } finally {
    traffic?.kill('SIGKILL');
    await operator.stop();
    await network.close();
  }
}

async function end(traffic: ChildProcess): Promise<{ requests: number; failures: string[] }> {
  let output = '';
  traffic.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const closed = new Promise((resolve) => traffic.once('close', resolve));
  traffic.kill('SIGTERM');
  await closed;
  return JSON.parse(output) as { requests: number; failures: string[] };
}

function result(
  cycles: number,
  appliedMs: readonly number[],
  reloads: number,
  requests: number,
  failures: string[],
): RowResult {
  const what = `replicas 1 -> 3 -> 1, ${cycles} cycles`;
  const p99 = percentile(appliedMs, 0.99);
  return {
    findings: [
      { what: `${what}: reloads`, unit: 'count', ours: reloads, goal: { text: '0', isMet: reloads === 0 } },
      {
        what: `${what}: failed of ${requests} requests`,
        unit: 'count',
        ours: failures.length,
        goal: { text: '0', isMet: failures.length === 0 },
      },
      { what: 'probe passed -> HAProxy applied, p50', unit: 'ms', ours: median(appliedMs) },
      {
        what: 'probe passed -> HAProxy applied, p99',
        unit: 'ms',
        ours: p99,
        goal: { text: '<= 15 ms', isMet: p99 <= 15 },
      },
    ],
    notes: [`${appliedMs.length} servers were added`, ...failures.slice(0, 5)],
    samples: { appliedMs, applied: summary(appliedMs), reloads, requests, failures },
  };
}
