import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageVersion } from '../../../operator/config.ts';
import type { ClusterApi } from '../../../operator/cluster/api.ts';
import { Feed } from '../../../operator/cluster/feed.ts';
import { pathOf, type KubeObject, type ObjectKind } from '../../../operator/cluster/objects.ts';
import { startNode } from '../../cluster/control/node.ts';
import { apiOf } from '../../cluster/source/api-proxy.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { network, tiny, tinyImage, type Manifest } from '../../support/manifests.ts';
import { OperatorProcess } from '../../support/operator-process.ts';
import type { RowResult } from '../report.ts';
import { median, percentile } from '../statistics.ts';

interface Judged extends KubeObject {
  readonly spec?: unknown;
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const namespace = 'bench';
const haproxyImage = 'mcpnet/haproxy:3.0';
const services: ObjectKind = { apiVersion: 'mcpnet.io/v1alpha1', plural: 'mcpservices' };
const networks: ObjectKind = { apiVersion: 'mcpnet.io/v1alpha1', plural: 'mcpnetworks' };
const deployments: ObjectKind = { apiVersion: 'apps/v1', plural: 'deployments' };
const pods: ObjectKind = { apiVersion: 'v1', plural: 'pods' };
const allowedMoreMs = 500;
const patience = { timeoutMs: 180_000, intervalMs: 100 };

/** A service from its apply to Ready, beside the very Deployment that the platform makes of it to Available. */
export async function clusterReady(quick: boolean): Promise<RowResult> {
  const rounds = quick ? 3 : 15;
  const cluster = await startNode();
  const state = await mkdtemp(join(tmpdir(), 'mcpnet-bench-'));
  const end = new AbortController();
  let operator: OperatorProcess | undefined;
  try {
    for (const image of [tinyImage, haproxyImage, `mcpnet/bridge:${packageVersion()}`]) await cluster.loadImage(image);
    const api = await apiOf(cluster.kubeconfig);
    await api.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
    operator = await start(cluster.kubeconfig, state);
    const world = new World(api, end.signal);
    await apply(api, networks, await networkManifest());
    await apply(api, services, serviceManifest('model'));
    await world.until(services, 'model', 'Ready');
    await world.until(networks, 'default', 'Ready');
    const model = await deploymentOf(api, 'model');
    const [ours, floor] = [[] as number[], [] as number[]];
    for (let round = 0; round < rounds; round++) {
      floor.push(await world.timed(deployments, 'Available', copyOf(model, `plain-${round}`)));
      ours.push(await world.timed(services, 'Ready', serviceManifest(`service-${round}`)));
    }
    const more = median(ours) - median(floor);
    return {
      findings: [
        {
          what: 'apply of an MCPService -> Ready in its status, p50',
          unit: 'ms',
          ours: median(ours),
          floor: median(floor),
          ratio: median(ours) / median(floor),
          goal: { text: `<= floor + ${allowedMoreMs} ms`, isMet: more <= allowedMoreMs },
        },
        { what: 'the same, slowest', unit: 'ms', ours: percentile(ours, 1), floor: percentile(floor, 1) },
      ],
      notes: [
        `${rounds} rounds, one after the other on one node; each goes before the next comes`,
        'the floor is the Deployment that the operator makes of the service, applied by hand, until Kubernetes calls it Available',
      ],
      samples: { ours, floor },
    };
  } finally {
    end.abort();
    await operator?.end('SIGKILL');
    await cluster.end();
    await rm(state, { recursive: true, force: true });
  }
}

async function start(kubeconfig: string, state: string): Promise<OperatorProcess> {
  const place = ['--platform', 'kubernetes', '--scope', namespace, '--state', state];
  const env = { KUBECONFIG: kubeconfig, MCPNET_API_ADDRESS: `127.0.0.1:${await freePorts(1)}` };
  return new OperatorProcess(['--cluster', '--namespaces', namespace, ...place], join(state, 'operator.log'), env);
}

async function networkManifest(): Promise<Manifest> {
  const haproxy = { image: haproxyImage, replicas: 1 };
  return network({
    discovery: { type: 'none' },
    loadBalancer: { haproxy },
    ports: { services: '11100-11199', dashboard: await freePorts(1) },
  });
}

function serviceManifest(name: string): Manifest {
  return tiny(name, { rollout: { drainTimeout: '0s' } });
}

/** What of the cluster is waited for, by watches. */
class World {
  readonly #api: ClusterApi;
  readonly #feeds = new Map<ObjectKind, Feed<Judged>>();
  #seen: () => void = () => undefined;

  constructor(api: ClusterApi, signal: AbortSignal) {
    this.#api = api;
    for (const kind of [services, networks, deployments, pods]) {
      const feed = new Feed<Judged>({ api, path: pathOf(kind, namespace), changed: () => this.#seen() });
      this.#feeds.set(kind, feed);
      void feed.follow(signal);
    }
  }

  async until(kind: ObjectKind, name: string, condition: string): Promise<void> {
    await eventually(() => this.#is(kind, name, condition), patience);
  }

  /** From sending an object until it is as wanted, in milliseconds; it is gone with its Pods afterwards. */
  async timed(kind: ObjectKind, condition: string, object: KubeObject | Manifest): Promise<number> {
    const { name } = object.metadata;
    const startedMs = performance.now();
    const reached = new Promise<number>((resolve) => {
      this.#seen = () => {
        if (this.#is(kind, name, condition)) resolve(performance.now() - startedMs);
      };
    });
    await apply(this.#api, kind, object);
    const durationMs = await reached;
    const before = (each: string): boolean => each.includes(name);
    await this.#api.request({ method: 'DELETE', path: pathOf(kind, namespace, name) });
    const isGone = (each: ObjectKind): boolean => ![...(this.#feeds.get(each)?.objects.keys() ?? [])].some(before);
    await eventually(() => [kind, deployments, pods].every(isGone), patience);
    return durationMs;
  }

  #is(kind: ObjectKind, name: string, condition: string): boolean {
    const object = this.#feeds.get(kind)?.objects.get(`${namespace}/${name}`);
    const conditions = object?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === condition && status === 'True');
  }
}

function apply(api: ClusterApi, kind: ObjectKind, object: KubeObject | Manifest): Promise<unknown> {
  const { name } = object.metadata;
  const body = { ...object, metadata: { ...object.metadata, namespace } };
  return api.apply(pathOf(kind, namespace, name), 'bench', body);
}

async function deploymentOf(api: ClusterApi, service: string): Promise<Judged> {
  const path = pathOf(deployments, namespace);
  const labelSelector = `mcpnet.io/name=${service}`;
  const { items } = await api.request<{ items: readonly Judged[] }>({ path, query: { labelSelector } });
  const [found] = items;
  if (!found) throw new Error(`there is no Deployment of ${service}`);
  return found;
}

/** The same, of somebody else: the operator has nothing to do with it. */
function copyOf({ spec }: Judged, name: string): KubeObject {
  const { template, ...rest } = spec as { readonly template: { readonly spec: unknown } };
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { ...rest, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: template.spec } },
  } as KubeObject;
}
