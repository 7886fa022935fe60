import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageVersion } from '../../../operator/config.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { ask } from '../../support/http.ts';
import { fileText, type Manifest } from '../../support/manifests.ts';
import { OperatorProcess } from '../../support/operator-process.ts';
import { untilReachable } from '../../support/reachable.ts';
import { useNode, type TestCluster } from '../use-cluster.ts';

export const haproxyImage = 'mcpnet/haproxy:3.0';

/** What the API tells of one resource, as far as tests ask. */
export interface Told {
  readonly status: {
    readonly url?: string;
    readonly address?: { readonly url: string };
    readonly readyReplicas: number;
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

/** An operator on this machine, which runs services on the test cluster from a directory. */
export interface OperatorWorld {
  readonly cluster: TestCluster;
  write(file: string, ...manifests: Manifest[]): Promise<void>;
  /** @param kubeconfig by which it finds the cluster, if not by that of the tests */
  start(kubeconfig?: string): Promise<OperatorProcess>;
  readonly operator: OperatorProcess;
  /** In the namespace of the tests. */
  inNamespace(manifest: Manifest): Manifest;
  told(kind: 'MCPService' | 'MCPNetwork', name: string): Promise<Told>;
  ready(kind: 'MCPService' | 'MCPNetwork', ...names: string[]): Promise<void>;
  /** Resolves once the cluster leads there. */
  addressOf(service: string): Promise<string>;
  /** Addresses of HAProxy's Pods that are ready and stay. */
  haproxyPods(network?: string): Promise<{ readonly name: string; readonly address: string }[]>;
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: { readonly podIP?: string; readonly conditions?: readonly { type: string; status: string }[] };
  }[];
}

export function useOperator(images: readonly string[]): OperatorWorld {
  const cluster = useNode();
  let directory = '';
  let dashboard = 0;
  let operator: OperatorProcess | undefined;

  before('open a directory', async function () {
    this.timeout(120_000);
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-cluster-'));
    dashboard = await freePorts(1);
    for (const image of [...images, haproxyImage, `mcpnet/bridge:${packageVersion()}`]) await cluster.loadImage(image);
  });
  after('end the operator', async () => {
    await operator?.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  const world: OperatorWorld = {
    cluster,
    get operator() {
      if (!operator) throw new Error('it has not been started');
      return operator;
    },
    inNamespace: (manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace: cluster.namespace } }),
    write: (file, ...manifests) => {
      const placed = manifests.map((each) => {
        const own = world.inNamespace(each);
        if (own.kind !== 'MCPNetwork') return own;
        return { ...own, spec: { ...own.spec, ports: { dashboard, ...(own.spec['ports'] as object | undefined) } } };
      });
      return writeFile(join(directory, file), fileText(placed));
    },
    start: async (kubeconfig = cluster.kubeconfig) => {
      const scope = cluster.namespace;
      const args = [
        '--platform',
        'kubernetes',
        '--scope',
        scope,
        '--manifests',
        directory,
        '--state',
        join(directory, '.state'),
      ];
      operator = new OperatorProcess(args, join(tmpdir(), `${scope}.log`), { KUBECONFIG: kubeconfig });
      await Promise.resolve();
      return operator;
    },
    told: async (kind, name) => {
      const answer = await ask(`http://127.0.0.1:${dashboard}/api/v1/resources/${kind}/${cluster.namespace}/${name}`);
      return JSON.parse(answer.body) as Told;
    },
    ready: async (kind, ...names) => {
      await eventually(
        async () => {
          for (const name of names) {
            const { status } = await world.told(kind, name);
            const ready = status.conditions.find(({ type }) => type === 'Ready');
            expect(ready).to.include({ status: 'True' });
          }
        },
        { timeoutMs: 90_000 },
      );
    },
    addressOf: async (service) => {
      const place = await cluster.kubectl([
        'get',
        'service',
        service,
        '-o',
        'jsonpath={.spec.clusterIP} {.spec.ports[0].port}',
      ]);
      const [address = '', port] = place.split(' ');
      await untilReachable(address, Number(port));
      return address;
    },
    haproxyPods: async (network = 'default') => {
      const text = await cluster.kubectl([
        'get',
        'pods',
        '-l',
        `mcpnet.io/role=haproxy,mcpnet.io/name=${network}`,
        '-o',
        'json',
      ]);
      return (JSON.parse(text) as PodList).items.flatMap(({ metadata, status }) => {
        const isReady = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
        if (metadata.deletionTimestamp !== undefined || !isReady || status.podIP === undefined) return [];
        return [{ name: metadata.name, address: status.podIP }];
      });
    },
  };
  return world;
}
