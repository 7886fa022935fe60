import type { ClusterApi } from '../../../operator/cluster/api.ts';
import type { DesiredItem, ItemRef } from '../../../operator/core/item.ts';
import { budgetKind } from '../../../operator/drivers/kubernetes/budget.ts';
import { KubernetesDriver } from '../../../operator/drivers/kubernetes/driver.ts';
import { pathOf } from '../../../operator/cluster/objects.ts';
import { workloadKinds } from '../../../operator/drivers/kubernetes/workload-object.ts';
import type { Driver } from '../../../operator/ports/driver.ts';
import { eventually } from '../../support/eventually.ts';
import { driverContract } from '../../contract/driver-contract.ts';
import { image, networkItem, volumeItem, workloadItem } from '../../contract/items.ts';
import type { Subject } from '../../contract/subject.ts';
import { clusterApi } from '../balancer/cluster-api.ts';
import { findNode } from '../use-cluster.ts';

const scope = 'mcpnet-contract';
const namespace = `kube-contract-${process.pid}`;
const signal = new AbortController().signal;
let api: ClusterApi;
let budgets: Awaited<ReturnType<typeof budgetKind>>;

const subjects: Readonly<Record<string, () => Subject>> = {
  network: () => ({
    driver: opened(),
    item: networkItem,
    obstruct: async ({ id }) =>
      create('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', id, { podSelector: {} }),
    undo: async ({ id }) => remove('networking.k8s.io/v1', 'networkpolicies', id),
    tamper: {
      'way in': async ({ id }) => patch('networking.k8s.io/v1', 'networkpolicies', id, { spec: { ingress: [{}] } }),
      'way out': async ({ id }) => patch('networking.k8s.io/v1', 'networkpolicies', id, { spec: { egress: [{}] } }),
    },
  }),
  volume: () => ({
    driver: opened(),
    item: volumeItem,
    undo: async ({ id }) => remove('v1', 'persistentvolumeclaims', id),
  }),
  workload: () => ({
    driver: settled(opened()),
    item: (name) => workloadItem(name, 'contract'),
    obstruct: async ({ id }) => create('apps/v1', 'deployments', 'Deployment', id, foreignDeployment),
    foreign: async () => {
      await create('apps/v1', 'deployments', 'Deployment', 'theirs', foreignDeployment);
      return { id: 'theirs', survives: async () => exists('apps/v1', 'deployments', 'theirs') };
    },
    undo: async ({ id }) => remove('apps/v1', 'deployments', id),
    stop: async (item) => {
      await patch('apps/v1', 'deployments', item.id, { spec: { replicas: 0 } });
      await eventually(
        async () => {
          const { items } = await api.request<{ items: unknown[] }>({ path: pathOf(pods, namespace) });
          if (items.length > 0) throw new Error(`${item.id} runs still`);
        },
        { timeoutMs: 30_000 },
      );
    },
    mortal: () => workloadItem('mortal', 'contract', 'setTimeout(() => process.exit(3), 700)'),
  }),
};

const labels = { app: 'theirs' };
const foreignDeployment = {
  replicas: 0,
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { containers: [{ name: 'theirs', image: 'mcpnet-test/tiny:1' }] } },
};

driverContract('Kubernetes', {
  subjects,
  async setUp() {
    const node = await findNode();
    await node.loadImage(image);
    api = await clusterApi(node.kubeconfig);
    budgets = await budgetKind(api);
    await api.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  },
  tearDown: async () => void (await api.request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` })),
  prepare: async () => undefined,
  async clean() {
    for (const kind of [...Object.values(workloadKinds), policies, claims])
      await api.request({ method: 'DELETE', path: pathOf(kind, namespace) });
    // Their nodes need not be waited for.
    await api.request({ method: 'DELETE', path: pathOf(pods, namespace), body: { gracePeriodSeconds: 0 } });
    await eventually(
      async () => {
        for (const kind of [...Object.values(workloadKinds), policies, claims, pods]) {
          const { items } = await api.request<{ items: unknown[] }>({ path: pathOf(kind, namespace) });
          if (items.length > 0) throw new Error(`there are ${items.length} ${kind.plural}`);
        }
      },
      { timeoutMs: 40_000 },
    );
  },
});

const policies = { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies' };
const claims = { apiVersion: 'v1', plural: 'persistentvolumeclaims' };
const pods = { apiVersion: 'v1', plural: 'pods' };

function opened(): Driver {
  // Made before the cluster is known: asked only afterwards.
  let driver: KubernetesDriver | undefined;
  const made = (): KubernetesDriver =>
    (driver ??= new KubernetesDriver({ api, scope, placement: { namespace }, budgets }));
  return {
    name: 'kubernetes',
    types: ['network', 'volume', 'workload'],
    list: async (...of) => made().list(...of),
    read: async (...of) => made().read(...of),
    apply: async (...of) => made().apply(...of),
    watch: (...of) => {
      made().watch(...of);
    },
  };
}

/** Starts end when the Pod runs, so that what is read afterwards stays as it is. */
function settled(driver: Driver): Driver {
  const runs = async (ref: ItemRef): Promise<void> => {
    await eventually(
      async () => {
        const found = await driver.read(ref, signal);
        if (found?.fields['instance'] === undefined && found?.phase !== 'failed')
          throw new Error('it does not run yet');
      },
      { timeoutMs: 30_000 },
    );
  };
  return {
    ...driver,
    async apply(action, at) {
      const made = await driver.apply(action, at);
      if (action.verb !== 'create' && action.verb !== 'start') return made;
      await runs(action.item);
      return driver.read(action.item, at);
    },
  };
}

async function create(apiVersion: string, plural: string, kind: string, name: string, spec: unknown): Promise<void> {
  const body = { apiVersion, kind, metadata: { name }, spec };
  await api.request({ method: 'POST', path: pathOf({ apiVersion, plural }, namespace), body });
}

async function patch(apiVersion: string, plural: string, name: DesiredItem['id'], body: unknown): Promise<void> {
  const path = pathOf({ apiVersion, plural }, namespace, name);
  await api.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
}

async function remove(apiVersion: string, plural: string, name: string): Promise<void> {
  await api.request({ method: 'DELETE', path: pathOf({ apiVersion, plural }, namespace, name) });
}

async function exists(apiVersion: string, plural: string, name: string): Promise<boolean> {
  return api.request({ path: pathOf({ apiVersion, plural }, namespace, name) }).then(
    () => true,
    () => false,
  );
}
