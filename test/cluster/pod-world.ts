import type Docker from 'dockerode';
import type { Frozen, World } from '../support/world.ts';
import { PodEvents } from './pod-events.ts';
import type { Pods } from './pods.ts';
import { apiOf } from './source/api-proxy.ts';
import type { TestCluster } from './use-cluster.ts';

/** What a scope has in a namespace, told as Docker tells of containers, as far as the scenarios of both platforms ask. */
export class PodWorld implements World {
  readonly #cluster: TestCluster;
  readonly #scope: string;
  readonly #pods: Pods;
  readonly #internal: string;

  /** @param internal name of the internal network, in which Pods have their addresses */
  constructor(cluster: TestCluster, scope: string, pods: Pods, internal: string) {
    this.#cluster = cluster;
    this.#scope = scope;
    this.#pods = pods;
    this.#internal = internal;
  }

  async containers(name?: string, kind?: string): Promise<readonly Docker.ContainerInfo[]> {
    return (await this.#pods.list(name, kind)).map(({ uid, workload, address }) => {
      const told = {
        Id: uid,
        Names: [`/${workload}`],
        State: 'running',
        NetworkSettings: { Networks: { [this.#internal]: { IPAddress: address } } },
      };
      // The fields that scenarios of both platforms read.
      return told as unknown as Docker.ContainerInfo;
    });
  }

  async container(name: string, kind: string, role: string): Promise<Docker.Container> {
    const find = async (): ReturnType<Pods['list']> =>
      (await this.#pods.list(name, kind)).filter((pod) => pod.role === role);
    const [pod] = await find();
    if (!pod) throw new Error(`there is no Pod of ${name}`);
    const told = {
      id: pod.uid,
      kill: () => this.#pods.remove(pod),
      // One that was killed has a successor in another Pod.
      inspect: async () => ({ State: { StartedAt: (await find())[0]?.startedAt ?? '' } }),
    };
    return told as unknown as Docker.Container;
  }

  async environments(name: string): Promise<readonly (readonly string[])[]> {
    return (await this.#pods.list(name)).map(({ environment }) => environment);
  }

  /** Stopped from inside its Pod. */
  async freeze(name: string): Promise<Frozen> {
    const [pod] = await this.#pods.list(name);
    if (!pod) throw new Error(`there is no Pod of ${name}`);
    await this.#signal(pod.name, 'SIGSTOP');
    return { id: pod.uid, thaw: () => this.#signal(pod.name, 'SIGCONT') };
  }

  async watch(): Promise<PodEvents> {
    return new PodEvents(await apiOf(this.#cluster.kubeconfig), this.#cluster.namespace, this.#scope).open();
  }

  /** To every process of Node in the Pod but the one that sends it: the server, and the bridge in front of it. */
  async #signal(pod: string, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const script = `
      const { readdirSync, readlinkSync } = require('node:fs');
      for (const pid of readdirSync('/proc').filter((each) => Number(each) > 1 && Number(each) !== process.pid)) {
        let program = '';
        try { program = readlinkSync('/proc/' + pid + '/exe'); } catch {}
        if (program.endsWith('/node')) process.kill(Number(pid), '${signal}');
      }`;
    await this.#cluster.kubectl(['exec', pod, '-c', 'server', '--', 'node', '-e', script]);
  }
}
