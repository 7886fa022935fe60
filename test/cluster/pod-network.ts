import { packageVersion } from '../../operator/config.ts';
import { ConsulView } from '../support/consul.ts';
import type { HaproxyView } from '../support/haproxy.ts';
import type { Manifest } from '../support/manifests.ts';
import { untilReachable } from '../support/reachable.ts';
import { TestNetwork, type TestNetworkOptions } from '../support/test-network.ts';
import { PodHaproxy } from './pod-haproxy.ts';
import { PodWorld } from './pod-world.ts';
import { Pods } from './pods.ts';
import type { World } from '../support/world.ts';
import { useNode, type TestCluster } from './use-cluster.ts';

const haproxyImage = 'mcpnet/haproxy:3.0';
const consulImage = 'mcpnet/consul:1.8.7';
const images = [`mcpnet/bridge:${packageVersion()}`, haproxyImage, consulImage];

/** For `useTestNetwork`, where scenarios are to run in Pods. */
export function usePodNetwork(options: TestNetworkOptions): TestNetwork {
  return new PodNetwork(useNode(), options);
}

/**
 * The world of a test whose services run in Pods. Manifests are the same: what differs by nature (one HAProxy, images, a
 * Consul that keeps nothing) is in the network's own. Pods are told of as Docker tells of containers.
 */
class PodNetwork extends TestNetwork {
  readonly #cluster: TestCluster;
  readonly #pods: Pods;
  override readonly world: World;
  #host: string | undefined;

  constructor(cluster: TestCluster, options: TestNetworkOptions) {
    super(options);
    this.#cluster = cluster;
    this.#pods = new Pods(cluster, this.scope);
    this.world = new PodWorld(cluster, this.scope, this.#pods, this.internal);
  }

  override async open(): Promise<void> {
    // For everything that this process starts from now on: operators, and commands beside them.
    process.env['KUBECONFIG'] = this.#cluster.kubeconfig;
    for (const image of images) await this.#cluster.loadImage(image);
    await super.open();
  }

  override get flags(): readonly string[] {
    return [...super.flags, '--platform', 'kubernetes', '--platform-namespace', this.#cluster.namespace];
  }

  override networkManifest(spec: Record<string, unknown> = {}): Manifest {
    const own = super.networkManifest(spec);
    return { ...own, spec: merged(ofCluster, own.spec) };
  }

  /** Its images go to the nodes before; of those that there are not, the operator is to tell. */
  override async write(file: string, ...documents: (Manifest | string)[]): Promise<void> {
    const named = documents.map((each) => (typeof each === 'string' ? undefined : each.spec['image']));
    for (const image of named.filter((each) => typeof each === 'string'))
      await this.#cluster.loadImage(image).catch(() => {});
    await super.write(file, ...documents);
  }

  /** Of the Service that the balancer has. */
  override get host(): string {
    return (this.#host ??= this.#pods.serviceAddress('default-haproxy'));
  }

  override async ready(...names: string[]): Promise<void> {
    await super.ready(...names);
    for (const name of names) await untilReachable(this.host, (await this.status(name)).port ?? 0);
  }

  override async networkReady(): Promise<void> {
    await super.networkReady();
    await untilReachable(this.host, this.ports.statistics);
  }

  override get haproxy(): HaproxyView {
    return new PodHaproxy(this.state, this.ports.statistics, this.#pods);
  }

  override get consul(): ConsulView {
    return new ConsulView(this.ports.discovery, undefined, this.#pods.serviceAddress('default-consul'));
  }
}

const ofCluster = {
  discovery: { consul: { image: consulImage, storage: { type: 'ephemeral' } } },
  loadBalancer: { haproxy: { image: haproxyImage, replicas: 1 } },
};

/** What `over` says goes before what `under` says. */
function merged(under: object, over: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = result[name];
    result[name] = isRecord(below) && isRecord(value) ? merged(below, value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
