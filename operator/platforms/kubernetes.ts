import { mkdirSync } from 'node:fs';
import type { ClusterApi } from '../cluster/api.ts';
import type { Config } from '../config.ts';
import type { Platform } from '../core/kind.ts';
import { KubernetesDriver } from '../drivers/kubernetes/driver.ts';
import { PodLogs } from '../drivers/kubernetes/logs.ts';
import type { Placement } from '../drivers/kubernetes/naming.ts';
import { ClusterSecrets } from '../drivers/kubernetes/secrets.ts';
import { leaseLock } from '../locks.ts';
import { openCluster } from '../open-cluster.ts';
import { FileRecords } from '../records.ts';
import type { OpenedPlatform, PlatformParts, Reign } from './opened-platform.ts';
import { noTraffic } from './no-traffic.ts';

/** A Kubernetes cluster: the one that kubectl means here, or the one that this Pod runs in. */
export async function openKubernetes(config: Config): Promise<OpenedPlatform> {
  const api = await openCluster(config);
  const placement: Placement = {
    ...(config.platformNamespace !== undefined && { namespace: config.platformNamespace }),
  };
  return {
    name: 'kubernetes',
    // Watched for as long as the process lives: whoever waits to lead has them, too.
    secrets: new ClusterSecrets(api, placement, new AbortController().signal),
    logs: new PodLogs(api, config.scope, placement),
    locks: [await leaseLock(config)],
    parts: (reign) => kubernetesParts(config, api, placement, reign),
  };
}

function kubernetesParts(config: Config, api: ClusterApi, placement: Placement, { mayWrite }: Reign): PlatformParts {
  const { scope, state } = config;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return {
    facts: factsOf(config, placement),
    drivers: [new KubernetesDriver({ api, scope, placement, mayWrite })],
    records: new FileRecords(state),
    traffic: () => noTraffic,
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
