import { customResourceDefinitions } from '../../schemas/crds.ts';
import { deployment } from './deployment.ts';
import {
  dashboardPort,
  labelsOf,
  operatorName,
  tokenSecret,
  type Installation,
  type KubernetesObject,
} from './installation.ts';
import { ownRules, watchedRules, type Rule } from './permissions.ts';

/** Everything of an installation, in the order in which it is applied: what others refer to comes first. */
export function installationObjects(installation: Installation): readonly KubernetesObject[] {
  // The operator last: when it starts it may do what it must.
  const [deployment, ...others] = operatorObjects(installation);
  return [
    namespaceObject(installation),
    ...definitions(),
    ...others,
    ...grants(installation),
    ...(deployment ? [deployment] : []),
  ];
}

/** What an MCPNetwork and an MCPService are. */
export function definitions(): readonly KubernetesObject[] {
  return customResourceDefinitions().map((definition) => ({ ...definition }));
}

/** Nothing less than the "restricted" Pod Security Standard runs beside the operator. */
export function namespaceObject({ namespace }: Pick<Installation, 'namespace'>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: { ...labelsOf({ namespace }), 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  };
}

/** Whoever sends this token to the dashboard's port may change things. */
export function tokenObject(namespace: string, token: string): KubernetesObject {
  const metadata = { name: tokenSecret, namespace, labels: labelsOf({ namespace }) };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token } };
}

/** The operator, and what it needs in its own namespace. */
export function operatorObjects(installation: Installation): readonly KubernetesObject[] {
  const { namespace } = installation;
  return [
    deployment(installation),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: own(namespace) },
    role(own(namespace), ownRules),
    roleBinding(own(namespace), installation),
    dashboardService(installation),
    networkPolicy(installation),
  ];
}

/** What the operator may do where it runs services: in the namespaces that are named, or everywhere. */
export function grants(installation: Installation): readonly KubernetesObject[] {
  const { namespace, watched } = installation;
  if (watched.length > 0) return watched.flatMap((name) => namespaceGrants(installation, name));
  const metadata = { name: `${namespace}-${operatorName}`, labels: labelsOf(installation) };
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: plain(watchedRules) },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
      subjects: [account(namespace)],
    },
  ];
}

/** The same in one namespace alone. */
export function namespaceGrants(installation: Installation, watched: string): readonly KubernetesObject[] {
  // Beside the role for its own affairs, should it watch the namespace in which it runs.
  const metadata = { name: `${operatorName}-services`, namespace: watched, labels: labelsOf(installation) };
  return [role(metadata, watchedRules), roleBinding(metadata, installation)];
}

function own(namespace: string): KubernetesObject['metadata'] {
  return { name: operatorName, namespace, labels: labelsOf({ namespace }) };
}

function role(metadata: KubernetesObject['metadata'], rules: readonly Rule[]): KubernetesObject {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: plain(rules) };
}

function roleBinding(metadata: KubernetesObject['metadata'], { namespace }: Installation): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [account(namespace)],
  };
}

function account(namespace: string): object {
  return { kind: 'ServiceAccount', name: operatorName, namespace };
}

/** Without the reasons, which are for people. */
function plain(rules: readonly Rule[]): readonly object[] {
  return rules.map(({ why: _why, ...rule }) => rule);
}

/** The dashboard and the API of the Pod that leads. */
function dashboardService({ namespace }: Installation): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: own(namespace),
    spec: {
      selector: { 'app.kubernetes.io/name': operatorName, 'mcpnet.io/leads': 'true' },
      // Server-side apply of older clusters knows no default for the protocol.
      ports: [{ name: 'http', protocol: 'TCP', port: dashboardPort, targetPort: 'http' }],
    },
  };
}

/** Who reaches the operator reaches these two ports of it, and no other. */
function networkPolicy({ namespace }: Installation): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: own(namespace),
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': operatorName } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          ports: [
            { protocol: 'TCP', port: 'http' },
            { protocol: 'TCP', port: 'health' },
          ],
        },
      ],
    },
  };
}
