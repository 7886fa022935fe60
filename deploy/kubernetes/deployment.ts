import {
  dashboardPort,
  healthPort,
  labelsOf,
  operatorName,
  tokenSecret,
  type Installation,
  type KubernetesObject,
} from './installation.ts';

/** No more is needed of the disk: what must survive a Pod is kept in the cluster. */
const stateDirectory = '/var/lib/mcpnet';

/** The operator: several Pods of which one leads. A new one stands by before an old one goes. */
export function deployment(installation: Installation): KubernetesObject {
  const { namespace, replicas } = installation;
  const selected = { 'app.kubernetes.io/name': operatorName };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: operatorName, namespace, labels: labelsOf(installation) },
    spec: {
      replicas,
      selector: { matchLabels: selected },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: {
          labels: labelsOf(installation),
          annotations: {
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(healthPort),
            'prometheus.io/path': '/metrics',
          },
        },
        spec: {
          serviceAccountName: operatorName,
          // Longer than it takes to end what is under way and to hand the lead over.
          terminationGracePeriodSeconds: 30,
          affinity: { podAntiAffinity: apart(selected) },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 65_532,
            fsGroup: 65_532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(installation)],
          volumes: [
            { name: 'state', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
            // Without it commands come from inside the Pod alone.
            { name: 'token', secret: { secretName: tokenSecret, optional: true } },
          ],
        },
      },
    },
  };
}

function container(installation: Installation): object {
  const { namespace, image, watched, scope } = installation;
  const where = watched.length > 0 ? ['--namespaces', watched.join(',')] : [];
  return {
    name: 'operator',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['up', '--platform', 'kubernetes', '--cluster', ...where, '--scope', scope],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'MCPNET_STATE', value: stateDirectory },
      { name: 'MCPNET_LOG_FORMAT', value: 'json' },
      { name: 'MCPNET_HEALTH_ADDRESS', value: `0.0.0.0:${healthPort}` },
      { name: 'MCPNET_API_ADDRESS', value: `0.0.0.0:${dashboardPort}` },
      { name: 'MCPNET_API_HOSTS', value: serviceNames(namespace).join(',') },
      { name: 'MCPNET_API_TOKEN_FILE', value: '/etc/mcpnet/token/token' },
    ],
    ports: [
      { name: 'http', protocol: 'TCP', containerPort: dashboardPort },
      { name: 'health', protocol: 'TCP', containerPort: healthPort },
    ],
    livenessProbe: { httpGet: { path: '/livez', port: 'health' }, periodSeconds: 10, timeoutSeconds: 5 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, periodSeconds: 2, timeoutSeconds: 5 },
    startupProbe: { httpGet: { path: '/livez', port: 'health' }, periodSeconds: 1, failureThreshold: 60 },
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'state', mountPath: stateDirectory },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'token', mountPath: '/etc/mcpnet/token', readOnly: true },
    ],
  };
}

/** Names by which the dashboard's Service is asked for inside the cluster. */
function serviceNames(namespace: string): readonly string[] {
  const short = `${operatorName}.${namespace}`;
  return [operatorName, short, `${short}.svc`, `${short}.svc.cluster.local`];
}

/** On different nodes where there are several. */
function apart(matchLabels: object): object {
  const podAffinityTerm = { labelSelector: { matchLabels }, topologyKey: 'kubernetes.io/hostname' };
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] };
}
