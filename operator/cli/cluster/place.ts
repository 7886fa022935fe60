import type { KubernetesObject } from '../../../deploy/kubernetes/installation.ts';
import { pathOf } from '../../cluster/objects.ts';

/** Plurals of what an installation is made of; only Kubernetes itself knows those of others. */
const plurals: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  CustomResourceDefinition: 'customresourcedefinitions',
  Deployment: 'deployments',
  MCPNetwork: 'mcpnetworks',
  MCPService: 'mcpservices',
  Namespace: 'namespaces',
  NetworkPolicy: 'networkpolicies',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  StatefulSet: 'statefulsets',
};

type Referred = Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>;

/** Path of the object at the API server. */
export function placeOf({ apiVersion, kind, metadata: { namespace, name } }: Referred): string {
  return pathOf({ apiVersion, plural: pluralOf(kind) }, namespace, name);
}

/** Path of all objects of a kind, in one namespace or in all. */
export function listOf(apiVersion: string, kind: string, namespace?: string): string {
  return pathOf({ apiVersion, plural: pluralOf(kind) }, namespace);
}

/** As kubectl names it: `deployment.apps/mcpnet-operator`. */
export function shownName({ apiVersion, kind, metadata: { name } }: Referred): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : '';
  return `${kind.toLowerCase()}${group}/${name}`;
}

function pluralOf(kind: string): string {
  const plural = plurals[kind];
  if (plural === undefined) throw new Error(`no installation holds a ${kind}`);
  return plural;
}
