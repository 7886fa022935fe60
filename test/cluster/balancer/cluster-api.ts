import { findAccess } from '../../../operator/cluster/access.ts';
import { ClusterApi } from '../../../operator/cluster/api.ts';

/** The API server of a kubeconfig, as the operator asks it. */
export async function clusterApi(kubeconfig: string): Promise<ClusterApi> {
  return new ClusterApi(await findAccess({ kubeconfig: [kubeconfig], homeKubeconfig: '' }));
}
