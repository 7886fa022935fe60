import { isStatus } from '../../cluster/api-error.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf, type KubeObject, type ObjectKind } from '../../cluster/objects.ts';
import { asClusterFault } from './faults.ts';

/** Removes this very object; one that is gone, or another by now, is let be. What belongs to it goes in the background. */
export async function removeObject(api: ClusterApi, kind: ObjectKind, { metadata }: KubeObject): Promise<void> {
  const { namespace, name, uid } = metadata;
  try {
    await api.request({
      method: 'DELETE',
      path: pathOf(kind, namespace, name),
      body: { propagationPolicy: 'Background', ...(uid !== undefined && { preconditions: { uid } }) },
    });
  } catch (error) {
    if (!isStatus(error, 404, 409)) throw asClusterFault(`remove ${kind.plural} ${name}`, error);
  }
}
