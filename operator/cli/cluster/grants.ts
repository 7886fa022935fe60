import { labelsOf, type KubernetesObject } from '../../../deploy/kubernetes/installation.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { listOf } from './place.ts';

const rbac = 'rbac.authorization.k8s.io/v1';

/** Everything that an installation was ever allowed, wherever that is. Bindings first: they go before the roles. */
export async function grantsOf(api: ClusterApi, namespace: string): Promise<readonly KubernetesObject[]> {
  const kinds = ['ClusterRoleBinding', 'RoleBinding', 'ClusterRole', 'Role'];
  const lists = await Promise.all(kinds.map((kind) => labelled(api, rbac, kind, { installation: namespace })));
  return lists.flat();
}

/** Objects of one kind that carry an installation's labels, in one namespace or in all. */
export async function labelled(
  api: ClusterApi,
  apiVersion: string,
  kind: string,
  { installation, within }: { readonly installation: string; readonly within?: string },
): Promise<readonly KubernetesObject[]> {
  const labelSelector = Object.entries(labelsOf({ namespace: installation }))
    .map((pair) => pair.join('='))
    .join(',');
  const path = listOf(apiVersion, kind, within);
  const { items } = await api.request<{ items: readonly KubernetesObject[] }>({ path, query: { labelSelector } });
  return items.map((item) => ({ ...item, apiVersion, kind }));
}
