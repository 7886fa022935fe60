import { createHmac } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problemsIn } from '../../../operator/engine/problems.ts';
import { Store } from '../../../operator/engine/store.ts';
import { systemClock } from '../../../operator/ports/clock.ts';
import { noSecrets } from '../../../operator/ports/secrets.ts';
import { GitSource } from '../../../operator/sources/git/source.ts';
import { serveGit } from '../../git/http-server.ts';
import { Origin } from '../../git/origin.ts';
import { docker, keyLabel, ownerLabel } from '../../support/docker.ts';
import { BenchNetwork } from '../network.ts';
import { BenchOperator } from '../operator.ts';
import type { Finding, RowResult } from '../report.ts';
import { median } from '../statistics.ts';

const secret = 'the-secret-of-the-webhook';
const manyFiles = 10_000;

/** A push -> the first Docker call, told by a webhook; and a repository with 10,000 manifests. The floor is git alone. */
export async function git(quick: boolean): Promise<RowResult> {
  const pushed = await pushes(quick ? 3 : 10);
  const many = await manyManifests(quick ? 1 : 3);
  return {
    findings: [...pushed.findings, ...many.findings],
    notes: [
      'push: from the end of `git push` (its host then sends the webhook) to the moment at which the engine made the container',
      `10,000 files: read, validated and in force; ${many.cpuMs.toFixed(0)} ms of the processor in this process; the floor fetches them and reads their contents by git`,
    ],
    samples: { pushed: pushed.samples, many: many.samples },
  };
}

async function pushes(repeats: number): Promise<{ findings: Finding[]; samples: unknown }> {
  const network = await BenchNetwork.open();
  const origin = await Origin.create();
  const server = await serveGit(origin.root);
  const samples = { ours: [] as number[], floor: [] as number[] };
  const directory = join(network.state, 'secrets', 'fleet');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'webhook-secret'), secret);
  await origin.push({ 'README.md': 'nothing yet' });
  const flags = ['--git', server.url, '--git-secret', 'fleet', '--git-interval', '1h'];
  const operator = await BenchOperator.start(network, 0, flags);
  try {
    const clone = join(origin.root, 'floor.git');
    await origin.git(['clone', '--quiet', '--bare', '--depth=1', server.url, clone]);
    for (let index = 0; index < repeats; index++) {
      const service = network.service(index);
      const before = operator.done.length;
      await origin.push({ [`${service.metadata.name}.json`]: JSON.stringify(service) });
      const startMs = Date.now();
      await tell(network.dashboardPort);
      await operator.untilRouted(service.metadata.name, before);
      samples.ours.push((await createdMs(network.scope, service.metadata.name)) - startMs);
      const floorMs = Date.now();
      await origin.git(['fetch', '--quiet', 'origin', '+main:main'], clone);
      samples.floor.push(Date.now() - floorMs);
    }
  } finally {
    await operator.stop();
    await network.close();
    await server.close();
    await origin.remove();
  }
  const [ours, floor] = [median(samples.ours), median(samples.floor)];
  const goal = { text: '<= 1000 ms', isMet: ours <= 1_000 };
  return {
    findings: [
      { what: 'push with a webhook -> first Docker call, p50', unit: 'ms', ours, floor, ratio: ours / floor, goal },
    ],
    samples,
  };
}

async function tell(port: number): Promise<void> {
  const body = '{}';
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/hooks/git/fleet`, {
    method: 'POST',
    headers: { 'x-hub-signature-256': `sha256=${signature}` },
    body,
  });
  if (!response.ok) throw new Error(`the webhook was answered with ${response.status}: ${await response.text()}`);
}

async function createdMs(scope: string, name: string): Promise<number> {
  const label = [`${ownerLabel}=${scope}`, `${keyLabel}=MCPService/default/${name}`];
  const [container] = await docker.listContainers({ all: true, filters: { label } });
  return Date.parse((await docker.getContainer(container?.Id ?? '').inspect()).Created);
}

async function manyManifests(repeats: number): Promise<{ findings: Finding[]; samples: unknown; cpuMs: number }> {
  const origin = await Origin.create();
  const server = await serveGit(origin.root);
  const samples = { first: [] as number[], next: [] as number[], floor: [] as number[], cpu: [] as number[] };
  try {
    const files = Array.from({ length: manyFiles }, (_, index) => [
      `prod/${index % 100}/${index}.yaml`,
      text(index, 2),
    ]);
    await origin.push(Object.fromEntries(files) as Record<string, string>);
    for (let round = 0; round < repeats; round++) {
      const directory = join(origin.root, `state-${round}`);
      const source = open(server.url, directory);
      const store = new Store({ allowEmpty: false });
      const read = async (): Promise<number> => {
        const startMs = performance.now();
        store.apply(await source.scan(), false);
        return performance.now() - startMs;
      };
      const before = process.cpuUsage();
      samples.first.push(await read());
      const { user, system } = process.cpuUsage(before);
      samples.cpu.push((user + system) / 1_000);
      await origin.push({ 'prod/0/0.yaml': text(0, 3 + round) });
      samples.next.push(await read());
      if (store.all().length !== manyFiles) throw new Error(`${store.all().length} of ${manyFiles} are in force`);
      samples.floor.push(await gitAlone(origin, server.url));
      await rm(directory, { recursive: true });
    }
  } finally {
    await server.close();
    await origin.remove();
  }
  const [first, next, floor] = [median(samples.first), median(samples.next), median(samples.floor)];
  const goal = { text: '<= 3000 ms', isMet: first <= 3_000 };
  return {
    findings: [
      {
        what: 'a repository of 10,000 manifests, first read',
        unit: 'ms',
        ours: first,
        floor,
        ratio: first / floor,
        goal,
      },
      { what: 'a commit that changes one of 10,000', unit: 'ms', ours: next },
    ],
    samples,
    cpuMs: median(samples.cpu),
  };
}

/** What git takes to bring the same files and to print their contents. */
async function gitAlone(origin: Origin, url: string): Promise<number> {
  const clone = join(origin.root, 'alone.git');
  const startMs = performance.now();
  await origin.git(['clone', '--quiet', '--bare', '--depth=1', url, clone]);
  await origin.git(['archive', '--format=tar', '--output=/dev/null', 'HEAD'], clone);
  const tookMs = performance.now() - startMs;
  await rm(clone, { recursive: true });
  return tookMs;
}

function open(url: string, directory: string): GitSource {
  const place = { url, ref: 'main', path: 'prod', intervalMs: 3_600_000, allowRewrite: false, verify: false };
  // For it a day passes between looks, so that every scan looks anew.
  let dayMs = 0;
  return new GitSource({
    place,
    alias: 'fleet',
    directory,
    keeps: true,
    env: { PATH: process.env['PATH'] ?? '' },
    secrets: noSecrets,
    allowEmpty: false,
    judge: problemsIn,
    clock: { ...systemClock, now: () => (dayMs += 86_400_000) },
    random: Math.random,
  });
}

function text(index: number, replicas: number): string {
  return `apiVersion: mcpnet.io/v1alpha1
kind: MCPService
metadata:
  name: service-${index}
  labels:
    team: platform
spec:
  image: mcpnet/mcp-filesystem:2026.8.31
  transport: stdio
  stdio:
    isolation: shared
  args: [/data]
  replicas: ${replicas}
  resources:
    memory: 256Mi
`;
}
