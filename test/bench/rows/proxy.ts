import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { docker, testLabel } from '../../support/docker.ts';
import { openSession, untilRoutable } from '../client.ts';
import { haproxyImage } from '../machine.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { Finding, RowResult } from '../report.ts';
import { median } from '../statistics.ts';
import { findWrk, wrk, type Outcome } from '../wrk.ts';

const mcpPort = 3000;
/** Port of the range on which the minimal configuration listens. */
const minimalIndex = 50;
/** Enough to keep one server busy. */
const busyConnections = 16;

type Way = 'ours' | 'minimal' | 'direct';

/** The same request through our generated configuration, through a minimal one, and straight to the container. */
export async function proxy(quick: boolean): Promise<RowResult> {
  const program = await findWrk();
  if (program === undefined) {
    const finding: Finding = {
      what: 'proxied requests/s: wrk is missing (apt-get install wrk, as root)',
      unit: 'count',
      ours: 0,
    };
    return { findings: [finding], notes: [], samples: {} };
  }
  const [rounds, seconds] = quick ? [1, 1] : [7, 4];
  const network = await BenchNetwork.open();
  const operator = await BenchOperator.start(network);
  try {
    await network.write(network.service(0));
    await untilRoutable(network.url(0), 20);
    const direct = await containerUrl(network);
    await startMinimal(network, direct);
    const bases: Record<Way, string> = { ours: network.url(0), minimal: network.url(minimalIndex), direct };
    await untilRoutable(bases.minimal, 20);
    const ways: Way[] = ['ours', 'minimal', 'direct'];
    const busy: Record<Way, Outcome[]> = { ours: [], minimal: [], direct: [] };
    const single: Record<Way, Outcome[]> = { ours: [], minimal: [], direct: [] };
    for (let round = -1; round < rounds; round++) {
      for (let step = 0; step < ways.length; step++) {
        const way = ways[(step + round + ways.length) % ways.length] ?? 'ours';
        const session = await openSession(bases[way]);
        const measured = [busyConnections, 1].map((connections) => ({ connections, seconds: round < 0 ? 1 : seconds }));
        for (const load of measured) {
          const outcome = await wrk(program, network.directory, bases[way], session, load);
          // The first round warms up what compiles as it runs.
          if (round >= 0) (load.connections === 1 ? single : busy)[way].push(outcome);
        }
      }
    }
    return result(busy, single);
  } finally {
    await operator.stop();
    await network.close();
  }
}

function result(busy: Record<Way, Outcome[]>, single: Record<Way, Outcome[]>): RowResult {
  const rate = (way: Way): number => median(busy[way].map(({ requestsPerSecond }) => requestsPerSecond));
  const added = (way: Way, name: 'p50Ms' | 'p99Ms'): number =>
    median(single[way].map((outcome) => outcome[name])) - median(single.direct.map((outcome) => outcome[name]));
  const ratio = rate('ours') / rate('minimal');
  const errors = [busy, single]
    .flatMap((each) => Object.values(each).flat())
    .reduce((sum, each) => sum + each.errors, 0);
  const latency = (name: 'p50Ms' | 'p99Ms', label: string): Finding => ({
    what: `latency that the proxy adds, one connection, ${label}`,
    unit: 'ms',
    ours: added('ours', name),
    peer: { name: 'minimal HAProxy', value: added('minimal', name) },
  });
  return {
    findings: [
      {
        what: `proxied requests, ${busyConnections} connections (floor: direct)`,
        unit: 'requests/s',
        ours: rate('ours'),
        floor: rate('direct'),
        peer: { name: 'minimal HAProxy', value: rate('minimal') },
        ratio,
        goal: { text: '>= 0.97 x minimal', isMet: ratio >= 0.97 },
      },
      latency('p50Ms', 'p50'),
      latency('p99Ms', 'p99'),
    ],
    notes: [`${errors} requests failed in all`, 'the ratio is ours / minimal'],
    samples: { busy, single },
  };
}

async function containerUrl(network: BenchNetwork): Promise<string> {
  const [id = ''] = await network.replicas();
  const { NetworkSettings: settings } = await docker.getContainer(id).inspect();
  return `http://${settings.Networks[network.internal]?.IPAddress ?? ''}:${mcpPort}`;
}

/** As somebody would write it who wants a proxy and nothing else; same image, same network, same limits. */
async function startMinimal(network: BenchNetwork, target: string): Promise<void> {
  const directory = join(network.directory, 'minimal');
  await mkdir(directory, { recursive: true });
  const text = `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend minimal
  bind 127.0.0.1:${network.port(minimalIndex)}
  default_backend tiny
backend tiny
  server tiny ${target.replace('http://', '')}
`;
  await writeFile(join(directory, 'haproxy.cfg'), text);
  const container = await docker.createContainer({
    Image: haproxyImage,
    Labels: { [testLabel]: network.beside('peer') },
    User: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    Cmd: ['haproxy', '-W', '-db', '-f', '/etc/mcpnet/haproxy.cfg'],
    HostConfig: { Init: true, NetworkMode: 'host', Binds: [`${directory}:/etc/mcpnet:ro`], Memory: 2 ** 30 },
  });
  await container.start();
}
