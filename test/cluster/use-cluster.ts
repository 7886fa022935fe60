import { randomBytes } from 'node:crypto';
import { startApiServer } from './control/api-server.ts';
import { kubectl, kubectlOutcome, type Outcome } from './control/kubectl.ts';
import { startNode } from './control/node.ts';
import { whyNoNode } from './control/node-machine.ts';
import { ownCluster } from './control/own-cluster.ts';
import type { StartedCluster } from './control/started.ts';

/** A cluster for the tests of one `describe`, with the CRDs of this project. Tests of other files use it, too. */
export interface TestCluster extends Omit<StartedCluster, 'end'> {
  /** Nobody else uses it; it goes after the last test. */
  readonly namespace: string;
  /** What kubectl prints, in this namespace unless another is named. Rejects with what it says if it ends badly. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** The same with its exit code and what it says, however it ends. */
  outcome(args: readonly string[], input?: string): Promise<Outcome>;
}

type Start = () => Promise<StartedCluster>;

const started = new Map<Start, Promise<StartedCluster>>();

// Registered where the first test file imports this: for the whole run.
after('end the clusters of this run', async function () {
  this.timeout(60_000);
  const clusters = await Promise.allSettled(started.values());
  await Promise.all(clusters.flatMap((cluster) => (cluster.status === 'fulfilled' ? [cluster.value.end()] : [])));
});

/** The node itself, for what has hooks of its own. Throws where none can be run. */
export function findNode(): Promise<StartedCluster> {
  const reason = process.env['KUBECONFIG'] === undefined ? whyNoNode() : undefined;
  if (reason !== undefined) throw new Error(`set KUBECONFIG to a cluster that tests may use: ${reason}`);
  return startOrFind(startNode);
}

/** An API server, where nothing runs: seconds. The cluster of KUBECONFIG where that is set. */
export function useApiServer(): TestCluster {
  return useCluster(startApiServer);
}

/** A node whose Pods run, and whose Pods and Services the host reaches. The cluster of KUBECONFIG where that is set. */
export function useNode(): TestCluster {
  return useCluster(startNode, whyNoNode);
}

/** Once in this process. */
function startOrFind(start: Start): Promise<StartedCluster> {
  const own = process.env['KUBECONFIG'];
  const starting = started.get(start) ?? (own === undefined ? start() : ownCluster(own));
  started.set(start, starting);
  return starting;
}

function useCluster(start: Start, whyNot: () => string | undefined = () => undefined): TestCluster {
  let cluster: StartedCluster | undefined;
  const namespace = `mcpnet-test-${randomBytes(4).toString('hex')}`;
  const get = (): StartedCluster => {
    if (!cluster) throw new Error('the cluster is there when tests run, not before');
    return cluster;
  };
  before('find or start a cluster', async function () {
    // Programs may have to be built.
    this.timeout(30 * 60_000);
    const reason = process.env['KUBECONFIG'] === undefined ? whyNot() : undefined;
    if (reason !== undefined) {
      console.log(`SKIPPED, since there is no KUBECONFIG and ${reason}: ${this.test?.parent?.fullTitle()}`);
      return this.skip();
    }
    cluster = await startOrFind(start);
    await kubectl(cluster.kubeconfig, ['create', 'namespace', namespace]);
  });
  after('remove the namespace', async function () {
    if (cluster) await kubectl(cluster.kubeconfig, ['delete', 'namespace', namespace, '--wait=false']);
  });
  return {
    namespace,
    get kubeconfig() {
      return get().kubeconfig;
    },
    get hasRules() {
      return get().hasRules;
    },
    loadImage: (name) => get().loadImage(name),
    kubectl: (args, input) => kubectl(get().kubeconfig, ['-n', namespace, ...args], input),
    outcome: (args, input) => kubectlOutcome(get().kubeconfig, ['-n', namespace, ...args], input),
  };
}
