import { execFileSync } from 'node:child_process';
import type { TestCluster } from './use-cluster.ts';

/** A Pod that runs for a workload and is not on its way out. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  /** Id of the workload that it runs for. */
  readonly workload: string;
  readonly role: string;
  readonly address: string;
  readonly isReady: boolean;
  /** RFC 3339; of its container, once that runs. */
  readonly startedAt: string;
  /** `NAME=value` of its server, but for what comes from Secrets. */
  readonly environment: readonly string[];
}

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly { readonly env?: readonly { readonly name: string; readonly value?: string }[] }[];
  };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly state?: { readonly running?: { readonly startedAt: string } } }[];
  };
}

/** What a scope has in one namespace. */
export class Pods {
  readonly #cluster: TestCluster;
  readonly #scope: string;

  constructor(cluster: TestCluster, scope: string) {
    this.#cluster = cluster;
    this.#scope = scope;
  }

  /** Of the whole scope, or of one of its resources. */
  async list(name?: string, kind = 'MCPService'): Promise<readonly Pod[]> {
    const labels = [
      `mcpnet.io/owner=${this.#scope}`,
      ...(name === undefined ? [] : [`mcpnet.io/kind=${kind}`, `mcpnet.io/name=${name}`]),
    ];
    const text = await this.#cluster.kubectl(['get', 'pods', '-l', labels.join(','), '-o', 'json']);
    const { items } = JSON.parse(text) as { items: readonly PodObject[] };
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(podOf);
  }

  /** At once, as if its node had lost it. */
  async remove({ name }: Pod): Promise<void> {
    await this.#cluster.kubectl(['delete', 'pod', name, '--grace-period=0', '--force']);
  }

  async secret(name: string, key: string): Promise<string> {
    const data = await this.#cluster.kubectl(['get', 'secret', name, '-o', `jsonpath={.data.${key}}`]);
    return Buffer.from(data, 'base64').toString('utf8').trim();
  }

  /** Address of a Service, without waiting: it is there, or this throws. */
  serviceAddress(name: string): string {
    const args = ['-n', this.#cluster.namespace, 'get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}'];
    const env = { ...process.env, KUBECONFIG: this.#cluster.kubeconfig };
    return execFileSync('kubectl', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

function podOf({ metadata, spec, status }: PodObject): Pod {
  const { labels, annotations = {} } = metadata;
  return {
    name: metadata.name,
    uid: metadata.uid,
    workload: annotations['mcpnet.io/id'] ?? labels['mcpnet.io/id'] ?? metadata.name,
    role: labels['mcpnet.io/role'] ?? '',
    address: status.podIP ?? '',
    isReady: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    startedAt: status.containerStatuses?.[0]?.state?.running?.startedAt ?? '',
    environment: (spec.containers[0]?.env ?? []).map(({ name, value = '' }) => `${name}=${value}`),
  };
}
