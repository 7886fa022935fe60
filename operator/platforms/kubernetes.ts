import { mkdirSync } from 'node:fs';
import { SecretRecords } from '../cluster/secret-records.ts';
import type { Config } from '../config.ts';
import type { Platform } from '../core/kind.ts';
import { ConsulDriver } from '../drivers/consul/driver.ts';
import { clusterHousing } from '../drivers/haproxy/cluster/housing.ts';
import { HaproxyDriver } from '../drivers/haproxy/driver.ts';
import { Balancers } from '../drivers/kubernetes/balancers/cluster.ts';
import { budgetKind } from '../drivers/kubernetes/budget.ts';
import { KubernetesDriver, type KubernetesDriverOptions } from '../drivers/kubernetes/driver.ts';
import { PodLogs } from '../drivers/kubernetes/logs.ts';
import type { Placement } from '../drivers/kubernetes/naming.ts';
import { usageOf } from '../drivers/kubernetes/usage.ts';
import { ClusterSecrets } from '../drivers/kubernetes/secrets.ts';
import { leaseLock } from '../locks.ts';
import { openCluster } from '../open-cluster.ts';
import { systemClock } from '../ports/clock.ts';
import { countSessions } from '../probe/probe.ts';
import { registryEndpoints } from '../registry-endpoints.ts';
import { watchedNamespaces } from './watched-namespaces.ts';
import type { OpenedPlatform, PlatformParts, Reign } from './opened-platform.ts';

/** A Kubernetes cluster: the one that kubectl means here, or the one that this Pod runs in. */
export async function openKubernetes(config: Config): Promise<OpenedPlatform> {
  const api = await openCluster(config);
  const placement: Placement = {
    ...(config.platformNamespace !== undefined && { namespace: config.platformNamespace }),
  };
  const budgets = await budgetKind(api);
  return {
    name: 'kubernetes',
    // Watched for as long as the process lives: whoever waits to lead has them, too.
    secrets: new ClusterSecrets(api, placement, new AbortController().signal),
    logs: new PodLogs(api, config.scope, watchedNamespaces(config)),
    usage: () => usageOf(api, config.scope, placement),
    locks: [await leaseLock(config)],
    parts: (reign) => kubernetesParts(config, { api, placement, budgets }, reign),
  };
}

function kubernetesParts(
  config: Config,
  { api, placement, budgets }: Pick<KubernetesDriverOptions, 'api' | 'placement' | 'budgets'>,
  { store, secrets, mayWrite }: Reign,
): PlatformParts {
  const { scope, state } = config;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const among = watchedNamespaces(config);
  const balancers = new Balancers({
    api,
    scope,
    placement,
    mayWrite: mayWrite ?? (() => true),
    // As the access to the cluster is looked for, see operator/cluster/access.ts.
    isInPod: config.cluster.service !== undefined && config.cluster.kubeconfig === undefined,
    ...(among && { namespaces: among }),
  });
  const haproxy = new HaproxyDriver({ housing: clusterHousing(balancers, systemClock), clock: systemClock });
  const endpoints = (): ReturnType<typeof registryEndpoints> =>
    registryEndpoints(store, secrets, undefined, ({ metadata: { namespace, name }, spec }) => {
      const balancer = namespace === 'default' ? name : `${namespace}.${name}`;
      const host = balancers.address(balancer, 'registry') ?? `${name}-consul.${namespace}.svc`;
      return `http://${host}:${spec.ports.discovery}`;
    });
  return {
    facts: factsOf(config, placement),
    drivers: [
      // Where nothing else is looked at, no right to look elsewhere is needed.
      new KubernetesDriver({ api, scope, placement, budgets, mayWrite, ...(among && { namespaces: among }) }),
      new ConsulDriver({ scope, clock: systemClock, endpoints }),
      haproxy,
    ],
    records: new SecretRecords(api, api.access.namespace, scope),
    traffic: (signal) => haproxy.traffic(countSessions, signal),
  };
}

function factsOf({ state, version }: Config, placement: Placement): Platform {
  return {
    hostNetwork: false,
    operatorUser: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    stateDirectory: state,
    bridgeImage: `mcpnet/bridge:${version}`,
    cluster: { ...placement },
  };
}
