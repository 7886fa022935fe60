import type { V1Container, V1Deployment, V1PodSpec } from '@kubernetes/client-node';
import { bridgeNode } from '../../../core/bridge-command.ts';
import type { Furniture } from '../../../ports/balancer-cluster.ts';
import type { KubeObject } from '../../../cluster/objects.ts';
import { label, networkLabel } from '../labels.ts';
import type { Placement } from '../naming.ts';
import { memoryQuantity } from '../quantities.ts';
import { balancerMetadata, balancerPods, programNote } from './labels.ts';

export interface DeploymentObject extends KubeObject {
  readonly spec?: V1Deployment['spec'];
}

export const haproxyContainer = 'haproxy';

const secretDirectory = '/var/run/mcpnet/balancer';
const directory = '/etc/mcpnet';
const user = 65_532;
/** What requests and streams that are open get to end when a Pod goes. */
const graceSeconds = 120;
/** The cluster stops leading new connections to a Pod a moment after it is told to go; on a busy node that takes seconds. */
const awareSeconds = 10;

const confined: NonNullable<V1Container['securityContext']> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** HAProxy in several Pods, each with the program beside it that the operator speaks to. */
export function balancerDeployment(scope: string, placement: Placement, furniture: Furniture): DeploymentObject {
  const { balancer, owner, fleet, programHash } = furniture;
  const metadata = balancerMetadata(scope, placement, owner, balancer);
  const selector = balancerPods(scope, balancer);
  const networks = Object.fromEntries(fleet.networks.map((network) => [networkLabel(network), 'true']));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: fleet.replicas,
      selector: { matchLabels: selector },
      // The other way round a client would meet a Pod that is not there yet.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      minReadySeconds: 1,
      revisionHistoryLimit: 1,
      template: {
        metadata: {
          labels: { ...metadata.labels, ...networks, [label.role]: 'haproxy' },
          annotations: { [programNote]: programHash },
        },
        spec: podSpec(furniture, metadata.name, selector),
      },
    },
  };
}

function podSpec(furniture: Furniture, secretName: string, matchLabels: Record<string, string>): V1PodSpec {
  const { fleet, statisticsPort } = furniture;
  return {
    initContainers: [
      {
        name: 'configuration',
        ...agentContainer(fleet.agentImage, ['unpack', secretDirectory, directory]),
      },
    ],
    containers: [
      {
        name: haproxyContainer,
        image: fleet.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['haproxy', '-W', '-db', '-S', `${directory}/master.sock`, '-f', `${directory}/haproxy.cfg`],
        securityContext: confined,
        resources: {
          limits: { memory: memoryQuantity(fleet.memoryBytes) },
          requests: { cpu: '50m', memory: '64Mi' },
        },
        volumeMounts: [{ name: 'haproxy', mountPath: directory }],
        readinessProbe: {
          httpGet: { path: '/health', port: statisticsPort },
          periodSeconds: 1,
          timeoutSeconds: 2,
          failureThreshold: 3,
        },
        lifecycle: { preStop: { exec: { command: ['sh', '-c', serveOut] } } },
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
      {
        name: 'agent',
        ...agentContainer(fleet.agentImage, ['serve', secretDirectory, directory, String(fleet.agentPort)]),
        // Until the operator has seen that HAProxy has everything: a node may give a new Pod an older Secret.
        readinessProbe: {
          httpGet: { path: '/ready', port: fleet.agentPort },
          periodSeconds: 1,
          timeoutSeconds: 2,
          failureThreshold: 3,
        },
      },
    ],
    volumes: [
      { name: 'haproxy', emptyDir: {} },
      { name: 'balancer', secret: { secretName, defaultMode: 0o440 } },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels },
      },
    ],
  };
}

/** HAProxy takes nothing new after SIGUSR1 and ends when all that is open has ended; SIGTERM, which follows this, ends it at once. */
const serveOut = `sleep ${awareSeconds}; kill -USR1 1; while kill -0 1; do sleep 1; done`;

function agentContainer(image: string, args: readonly string[]): Omit<V1Container, 'name'> {
  return {
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [...bridgeNode, '--max-semi-space-size=2', `${secretDirectory}/agent.mjs`],
    args: [...args],
    securityContext: confined,
    resources: { limits: { memory: '256Mi' }, requests: { cpu: '10m', memory: '48Mi' } },
    volumeMounts: [
      { name: 'haproxy', mountPath: directory },
      { name: 'balancer', mountPath: secretDirectory, readOnly: true },
    ],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
