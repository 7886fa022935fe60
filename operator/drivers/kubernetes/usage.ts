import type { ClusterApi } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/api-error.ts';
import { pathOf, type KubeObject } from '../../cluster/objects.ts';
import { Fault } from '../../core/fault.ts';
import type { Usage } from '../../ports/usage.ts';
import { asClusterFault } from './faults.ts';
import { label, labelValue, note } from './labels.ts';
import type { Placement } from './naming.ts';

interface PodMetrics extends KubeObject {
  readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
}

const metricsKind = { apiVersion: 'metrics.k8s.io/v1beta1', plural: 'pods' };
const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/**
 * What the Pods of a scope take, by the cluster's metrics server.
 * @throws Fault if the cluster has none
 */
export async function usageOf(api: ClusterApi, scope: string, { namespace }: Placement): Promise<Usage[]> {
  const labelSelector = `${label.owner}=${labelValue(scope)}`;
  try {
    const [metrics, pods] = await Promise.all([
      api.request<{ items: readonly PodMetrics[] }>({ path: pathOf(metricsKind, namespace), query: { labelSelector } }),
      api.request<{ items: readonly KubeObject[] }>({
        path: pathOf({ apiVersion: 'v1', plural: 'pods' }, namespace),
        query: { labelSelector },
      }),
    ]);
    const ids = new Map(pods.items.map(({ metadata }) => [placeOf(metadata), metadata.annotations?.[note.id]]));
    return metrics.items.flatMap(({ metadata, containers }) => {
      const id = ids.get(placeOf(metadata));
      const sum = (of: 'cpu' | 'memory'): number =>
        containers.reduce((total, { usage }) => total + quantity(usage[of]), 0);
      return id === undefined ? [] : [{ id, cores: sum('cpu'), memoryBytes: sum('memory') }];
    });
  } catch (error) {
    if (!isStatus(error, 404, 503)) throw asClusterFault('read what Pods take', error);
    const message = 'the cluster does not measure what Pods take; install metrics-server';
    throw new Fault('missing', 'ObjectMissing', message, { cause: error });
  }
}

/** `12m`, `250000n`, `43Mi` as cores or bytes. */
function quantity(text: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(text) ?? [];
  return Number(number) * (units[unit] ?? 1);
}

function placeOf({ namespace = '', name }: KubeObject['metadata']): string {
  return `${namespace}/${name}`;
}
