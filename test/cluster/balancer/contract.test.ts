import type { BalancerItem, DesiredItem } from '../../../operator/core/item.ts';
import type { FleetSpec } from '../../../operator/core/route-spec.ts';
import { clusterHousing } from '../../../operator/drivers/haproxy/cluster/housing.ts';
import { HaproxyDriver } from '../../../operator/drivers/haproxy/driver.ts';
import type { ServerSetting } from '../../../operator/drivers/haproxy/runtime.ts';
import type { ServerEntry } from '../../../operator/drivers/haproxy/model.ts';
import { Balancers } from '../../../operator/drivers/kubernetes/balancers/cluster.ts';
import { packageVersion } from '../../../operator/config.ts';
import { systemClock } from '../../../operator/ports/clock.ts';
import { driverContract } from '../../contract/driver-contract.ts';
import { backendItem, balancerItem, serverItem, withSpec } from '../../contract/items.ts';
import type { Subject } from '../../contract/subject.ts';
import { eventually } from '../../support/eventually.ts';
import { useNode } from '../use-cluster.ts';
import { clusterApi } from './cluster-api.ts';

const signal = new AbortController().signal;
const haproxyImage = 'mcpnet/haproxy:3.0';
const bridgeImage = `mcpnet/bridge:${packageVersion()}`;

describe('HAProxy in Pods', function () {
  this.timeout(180_000);
  const cluster = useNode();
  let driver: HaproxyDriver;

  const fleet = (replicas: number): FleetSpec => ({
    image: haproxyImage,
    agentImage: bridgeImage,
    agentPort: 21_098,
    replicas,
    memoryBytes: 2 ** 27,
    networks: [],
    service: { type: 'ClusterIP', annotations: {} },
  });
  /** One without Pods: what is kept of it is all there is. */
  const balancer = (id: string, replicas = 0): BalancerItem =>
    withSpec(balancerItem(id), { fleet: fleet(replicas), bindAddresses: ['0.0.0.0'] });
  const create = (item: DesiredItem): Promise<unknown> => driver.apply({ verb: 'create', item, cause: 'test' }, signal);
  /** Somebody tells one of two Pods something about a server. */
  const tell = async ({ id }: DesiredItem, what: ServerSetting): Promise<unknown> => {
    const server = serverItem(id, 'back-shared') as unknown as ServerEntry;
    return driver.balancer('contract').place.processes()[1]?.set(server, [what], signal);
  };

  const subjects: Readonly<Record<string, () => Subject>> = {
    balancer: () => ({
      driver,
      item: (name) => balancer(name),
      changed: (item) => withSpec(item as BalancerItem, { statisticsPort: 21_097 }),
      foreign: async () => {
        await cluster.kubectl(['create', 'secret', 'generic', 'theirs-haproxy', '--from-literal=a=b']);
        return {
          id: 'theirs',
          survives: async () => (await cluster.outcome(['get', 'secret', 'theirs-haproxy'])).code === 0,
        };
      },
      obstruct: async () => {
        await cluster.kubectl(['create', 'secret', 'generic', 'one-haproxy', '--from-literal=a=b']);
      },
      undo: async ({ id }) => {
        await cluster.kubectl(['delete', 'secret', `${id}-haproxy`]);
      },
      tamper: {
        'number of Pods': ({ id }) => cluster.kubectl(['scale', `deployment/${id}-haproxy`, '--replicas=1']),
        budget: ({ id }) => cluster.kubectl(['delete', 'poddisruptionbudget', `${id}-haproxy`]),
        'policy, by one more rule': ({ id }) =>
          cluster.kubectl([
            'patch',
            'networkpolicy',
            `${id}-haproxy`,
            '--type=json',
            '-p',
            '[{"op":"add","path":"/spec/ingress/-","value":{}}]',
          ]),
      },
    }),
    backend: () => ({
      driver,
      item: (name) => backendItem(`back-${name}`, name === 'one' ? 21_101 : 21_102),
      changed: (item) => withSpec(item as ReturnType<typeof backendItem>, { path: '/other' }),
      moved: (item) => withSpec(item as ReturnType<typeof backendItem>, { balancer: 'a-second' }),
      obstruct: async () => {
        await cluster.kubectl(['create', 'service', 'clusterip', 'back-one', '--tcp=80']);
      },
      undo: async ({ id }) => {
        await cluster.kubectl(['delete', 'service', id]);
      },
      tamper: {
        'port of its Service': ({ id }) =>
          cluster.kubectl([
            'patch',
            'service',
            id,
            '--type=json',
            '-p',
            '[{"op":"replace","path":"/spec/ports/0/targetPort","value":9}]',
          ]),
      },
    }),
    server: () => ({
      driver,
      // Its statistics answer there: its check is content.
      item: (name) => withSpec(serverItem(`srv-${name}`, 'back-shared'), { port: 21_099 }),
      changed: (item) => withSpec(item as ReturnType<typeof serverItem>, { weight: 50 }),
      undo: async (item) => {
        const server = item as unknown as ServerEntry;
        const [process] = driver.balancer('contract').place.processes();
        await process?.retireServer(server, signal);
        await process?.removeServer(server, 0, signal);
      },
      tamper: {
        'state, to drain': (item) => tell(item, 'state drain'),
        weight: (item) => tell(item, 'weight 7'),
        address: (item) => tell(item, 'addr 192.0.2.1 port 9'),
      },
      drains: true,
    }),
  };

  driverContract('HAProxy in Pods', {
    subjects,
    setUp: async () => {
      await cluster.loadImage(haproxyImage);
      await cluster.loadImage(bridgeImage);
      const api = await clusterApi(cluster.kubeconfig);
      const placement = { namespace: cluster.namespace };
      const balancers = new Balancers({
        api,
        scope: 'contract',
        placement,
        namespaces: [cluster.namespace],
        isInPod: true,
        mayWrite: () => true,
      });
      driver = new HaproxyDriver({ housing: clusterHousing(balancers, systemClock), clock: systemClock });
      await create(balancer('contract', 2));
      driver.watch(() => undefined, signal);
      await eventually(async () => (await driver.list(signal))[0]?.fields['readyReplicas'] === '2', {
        timeoutMs: 90_000,
      });
    },
    prepare: async () => {
      await create(balancer('a-second'));
      await create(backendItem('back-shared', 21_103));
    },
    clean: async () => {
      for (const item of await driver.list(signal))
        if (item.id !== 'contract') await driver.apply({ verb: 'remove', item, cause: 'clean' }, signal);
      await cluster.outcome([
        'delete',
        '--ignore-not-found',
        'secret/theirs-haproxy',
        'secret/one-haproxy',
        'service/back-one',
      ]);
    },
  });
});
