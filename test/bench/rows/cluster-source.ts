import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import PQueue from 'p-queue';
import type { ClusterApi } from '../../../operator/cluster/api.ts';
import { Feed } from '../../../operator/cluster/feed.ts';
import { pathOf, type KubeObject } from '../../../operator/cluster/objects.ts';
import { startApiServer } from '../../cluster/control/api-server.ts';
import { apiOf, ApiProxy } from '../../cluster/source/api-proxy.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import type { RowResult } from '../report.ts';
import { median, percentile } from '../statistics.ts';

interface Declared extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const apiVersion = 'mcpnet.io/v1alpha1';
const services = { apiVersion, plural: 'mcpservices' };
const networks = { apiVersion, plural: 'mcpnetworks' };
const namespace = 'bench';
const deadlineMs = 300_000;
/** As the launcher and the image start it. */
const flags = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'];

/** Objects of a cluster as the source, on a real API server; the platform does everything at once. */
export async function clusterSource(quick: boolean): Promise<RowResult> {
  const [count, quietMs, changes] = quick ? [100, 10_000, 10] : [1_000, 60_000, 100];
  const cluster = await startApiServer();
  const proxy = new ApiProxy(cluster.kubeconfig);
  const state = await mkdtemp(join(tmpdir(), 'mcpnet-bench-'));
  let operator: ChildProcess | undefined;
  const end = new AbortController();
  try {
    await proxy.open();
    const api = await apiOf(cluster.kubeconfig);
    const port = await freePorts(4);
    await declare(api, count, port);
    const feeds = [services, networks].map(
      (kind) => new Feed<Declared>({ api, path: pathOf(kind, namespace), changed: () => undefined }),
    );
    const startedMs = performance.now();
    operator = await start(state, port, await proxy.kubeconfig());
    for (const feed of feeds) void feed.follow(end.signal);
    await eventually(
      () => {
        const objects = feeds.flatMap((feed) => [...feed.objects.values()]);
        const [open = 'not listed', ...more] = objects.filter((each) => !isReady(each));
        if (feeds.every(({ isListed }) => isListed) && open === 'not listed') return true;
        throw new Error(`${more.length + 1} of ${objects.length} are not ready: ${JSON.stringify(open)}`);
      },
      { timeoutMs: deadlineMs, intervalMs: 500 },
    );
    const readyMs = performance.now() - startedMs;
    const writes = proxy.requests.length;
    await delay(15_000);
    const before = proxy.requests.length;
    await delay(quietMs);
    const asked = proxy.requests.slice(before).filter((each) => !/watch=true|\/leases\//.test(each));
    const rssMb = await memoryOf(operator.pid ?? 0);
    const firstCall = await firstCalls(api, operator, changes, count, port);
    return {
      findings: [
        {
          what: `memory of the operator with ${count} MCPServices of a cluster, RSS`,
          unit: 'MB',
          ours: rssMb,
          goal: { text: '<= 250 MB', isMet: rssMb <= 250 },
        },
        {
          what: `requests to the API server while converged, ${quietMs / 1_000} s, besides watches and the Lease`,
          unit: 'count',
          ours: asked.length,
          goal: { text: '0', isMet: asked.length === 0 },
        },
        {
          what: 'kubectl-like apply sent -> first driver call, p50',
          unit: 'ms',
          ours: median(firstCall.ours),
          floor: median(firstCall.floor),
          ratio: median(firstCall.ours) / median(firstCall.floor),
        },
        {
          what: 'the same, p99',
          unit: 'ms',
          ours: percentile(firstCall.ours, 0.99),
          floor: percentile(firstCall.floor, 0.99),
        },
      ],
      notes: [
        `${count} objects to ${count} Ready in their status in ${(readyMs / 1_000).toFixed(1)} s, with ${writes} requests`,
        'the operator is whole (API, metrics, history, Lease, status, Events); its platform is one in memory',
        'the floor is the API server alone: from sending the same apply to the watch event of somebody who does nothing else',
        ...(asked.length > 0 ? [`asked: ${[...new Set(asked)].slice(0, 5).join(', ')}`] : []),
      ],
      samples: { ...firstCall, readyMs, writes, asked, rssMb },
    };
  } finally {
    end.abort();
    operator?.kill('SIGKILL');
    await proxy.close();
    await cluster.end();
    await rm(state, { recursive: true, force: true });
  }
}

async function declare(api: ClusterApi, count: number, port: number): Promise<void> {
  await api.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  const spec = { ports: { services: '30000-39999', discovery: port + 1, dashboard: port + 2, statistics: port + 3 } };
  await apply(api, 'MCPNetwork', 'mcpnetworks', 'default', spec);
  const requests = new PQueue({ concurrency: 16 });
  for (let index = 0; index < count; index++)
    void requests.add(() => apply(api, 'MCPService', 'mcpservices', nameOf(index), specOf(port, 'tiny:1')));
  await requests.onIdle();
}

function specOf(port: number, image: string): unknown {
  return {
    image,
    transport: 'streamable-http',
    mcpPort: port,
    healthCheck: { type: 'tcp' },
    rollout: { drainTimeout: '0s' },
  };
}

function apply(api: ClusterApi, kind: string, plural: string, name: string, spec: unknown): Promise<KubeObject> {
  return api.apply(pathOf({ apiVersion, plural }, namespace, name), 'bench', {
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
  });
}

async function start(state: string, port: number, kubeconfig: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../cluster/subject.ts', import.meta.url));
  const env = { ...process.env, KUBECONFIG: kubeconfig, BENCH_PORT: String(port) };
  return spawn(process.execPath, [...flags, program, namespace, state], { stdio: ['pipe', 'pipe', 'inherit'], env });
}

/** One object is changed; whoever only watches sees it, and the operator makes its first call. */
async function firstCalls(
  api: ClusterApi,
  operator: ChildProcess,
  changes: number,
  count: number,
  port: number,
): Promise<{ ours: number[]; floor: number[] }> {
  const [ours, floor] = [[] as number[], [] as number[]];
  const lines = createInterface({ input: operator.stdout as NodeJS.ReadableStream });
  const end = new AbortController();
  let seen: () => void = () => undefined;
  const watching = new Feed({ api, path: pathOf(services, namespace), changed: () => seen() });
  void watching.follow(end.signal);
  await eventually(() => watching.isListed);
  for (let round = 0; round < changes; round++) {
    const name = nameOf(Math.floor(Math.random() * count));
    operator.stdin?.write('now\n');
    await delay(50);
    const startedMs = performance.now();
    const called = new Promise<void>((resolve) => lines.once('line', () => resolve()));
    const arrived = new Promise<void>((resolve) => (seen = resolve));
    const changing = apply(api, 'MCPService', 'mcpservices', name, specOf(port, `tiny:${round + 2}`));
    await arrived;
    floor.push(performance.now() - startedMs);
    await called;
    ours.push(performance.now() - startedMs);
    await changing;
    await delay(300);
  }
  end.abort();
  return { ours, floor };
}

async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) / 1_024;
}

function isReady({ status }: Declared): boolean {
  return status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
}

function nameOf(index: number): string {
  return `service-${String(index).padStart(4, '0')}`;
}
