import { isStatus } from '../../cluster/api-error.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf, type KubeObject } from '../../cluster/objects.ts';
import type { Observed, VolumeItem, WorkloadItem } from '../../core/item.ts';
import { asClusterFault } from './faults.ts';
import { fieldManager, labelsFor, note, notesFor } from './labels.ts';
import { namespaceOf, subdomain, type Placement } from './naming.ts';
import { keptVolumes } from './pod-mounts.ts';

export const claimKind = { apiVersion: 'v1', plural: 'persistentvolumeclaims' };

/** Whoever wants another size or class makes the claim before the service. */
const size = '1Gi';

export interface Claim extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/** Claims of the named volumes of a workload. They are not ours to take away: like named volumes on Docker they are kept. */
export async function ensureClaims(api: ClusterApi, placement: Placement, item: WorkloadItem): Promise<void> {
  const namespace = namespaceOf(placement, item.owner);
  for (const volume of new Set(keptVolumes(item)))
    await createClaim(api, namespace, subdomain(volume), { labels: { 'app.kubernetes.io/managed-by': 'mcpnet' } });
}

/** A claim that is ours and goes with its resource. */
export async function createVolume(
  api: ClusterApi,
  scope: string,
  placement: Placement,
  item: VolumeItem,
): Promise<Claim | undefined> {
  const metadata = { labels: labelsFor(scope, item), annotations: notesFor(item) };
  return createClaim(api, namespaceOf(placement, item.owner), subdomain(item.spec.name), metadata);
}

/** Ready as soon as it exists: many classes bind a claim only when a Pod uses it. */
export function observeClaim({ metadata }: Claim): Observed {
  const { annotations = {} } = metadata;
  return {
    type: 'volume',
    id: annotations[note.id] ?? '',
    owner: annotations[note.key] ?? '',
    hash: annotations[note.hash] ?? '',
    phase: metadata.deletionTimestamp === undefined ? 'ready' : 'stopped',
    fields: {},
    ...(metadata.deletionTimestamp !== undefined && { message: 'is being removed' }),
  };
}

/** One that exists will do, whosever it is. */
async function createClaim(
  api: ClusterApi,
  namespace: string,
  name: string,
  { labels, annotations }: Pick<KubeObject['metadata'], 'labels' | 'annotations'>,
): Promise<Claim | undefined> {
  const body = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, labels, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
  };
  try {
    return await api.request<Claim>({
      method: 'POST',
      path: pathOf(claimKind, namespace),
      query: { fieldManager },
      body,
    });
  } catch (error) {
    if (isStatus(error, 409)) return undefined;
    throw asClusterFault(`create PersistentVolumeClaim ${name}`, error);
  }
}
