import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServiceView } from '../../../operator/api/shapes.ts';
import { docker } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { ask } from '../../support/http.ts';
import { readStream } from '../../support/streams.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { Finding, RowResult } from '../report.ts';
import { median, percentile } from '../statistics.ts';

const subject = fileURLToPath(new URL('../api/subject.ts', import.meta.url));
/** The flags of Node that users get, see deploy/local/bootstrap.mjs. */
const flags = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'];
const services = 1_000;
const settleMs = 1_500;
const routes = [
  '/health',
  '/api/v1/services',
  '/api/v1/services/default/service-00500',
  '/api/v1/networks',
  '/api/v1/instances',
  '/api/v1/ports',
  '/api/v1/events',
  '/api/v1/plan',
  '/api/v1/resources',
];

/**
 * Each route over a thousand services, one question after the other, beside a bare server that answers with as many bytes;
 * and the death of a container to the message that tells of it.
 */
export async function api(quick: boolean): Promise<RowResult> {
  const times = await routeTimes(quick ? 50 : 300);
  const news = await newsTimes(quick ? 3 : 20);
  const findings = Object.entries(times).map(([path, { ours, floor }]): Finding => {
    const p99 = percentile(ours, 0.99);
    return {
      what: `GET ${path}, ${services} services, p99`,
      unit: 'ms',
      ours: p99,
      floor: percentile(floor, 0.99),
      goal: { text: '<= 20', isMet: p99 <= 20 },
    };
  });
  const slowest = percentile(news, 1);
  return {
    findings: [
      ...findings,
      {
        what: 'a container dies -> the message of its service, slowest',
        unit: 'ms',
        ours: slowest,
        goal: { text: '<= 500', isMet: slowest <= 500 },
      },
    ],
    notes: [
      ...Object.entries(times).map(
        ([path, { ours, floor, bytes }]) =>
          `${path}: ${bytes} bytes, p50 ${median(ours).toFixed(1)} ms, of the bare server ${median(floor).toFixed(1)} ms`,
      ),
      `message after a death: p50 ${median(news).toFixed(0)} ms`,
    ],
    samples: { times, news },
  };
}

interface Times {
  readonly ours: number[];
  readonly floor: number[];
  readonly bytes: number;
}

async function routeTimes(repeats: number): Promise<Record<string, Times>> {
  const child = spawn(process.execPath, [...flags, subject, String(services)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(printed.toString());
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let answer = Buffer.alloc(0);
  const bare = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1');
  await once(bare, 'listening');
  const time = async (at: number, path: string): Promise<number> => {
    const startedMs = performance.now();
    await ask(`http://127.0.0.1:${at}${path}`, { agent });
    return performance.now() - startedMs;
  };
  try {
    const all: Record<string, Times> = {};
    for (const path of routes) {
      answer = Buffer.from((await ask(`http://127.0.0.1:${port}${path}`, { agent })).body);
      const times: Times = { ours: [], floor: [], bytes: answer.length };
      // In turns, so that both have the machine as it is.
      for (let repeat = 0; repeat < repeats; repeat++) {
        times.ours.push(await time(port, path));
        times.floor.push(await time((bare.address() as AddressInfo).port, path));
      }
      all[path] = times;
    }
    return all;
  } finally {
    agent.destroy();
    bare.close();
    child.stdin.end();
  }
}

async function newsTimes(repeats: number): Promise<number[]> {
  const network = await BenchNetwork.open();
  await network.write(network.service(0));
  const operator = await BenchOperator.start(network, 1);
  const stream = readStream(`http://127.0.0.1:${network.dashboardPort}/api/v1/events/stream`);
  try {
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      await delay(settleMs);
      const before = stream.named('service').length;
      const [id = ''] = await network.replicas();
      await docker.getContainer(id).kill({ signal: 'SIGKILL' });
      const toldMs = await eventually(
        () => {
          const news = stream.named<ServiceView>('service').slice(before);
          return news.some(({ ready }) => ready === 'False') && Date.now();
        },
        { timeoutMs: 20_000, intervalMs: 2 },
      );
      times.push(toldMs - Date.parse((await docker.getContainer(id).inspect()).State.FinishedAt));
      await eventually(() => stream.named<ServiceView>('service').at(-1)?.ready === 'True', { timeoutMs: 60_000 });
    }
    return times;
  } finally {
    stream.close();
    await operator.stop();
    await network.close();
  }
}
