import type { V1Container, V1PodSpec, V1PodTemplateSpec, V1Probe } from '@kubernetes/client-node';
import { bridgeDirectory, bridgeFlags, bridgeNode, bridgeProgram } from '../../core/bridge-command.ts';
import { Fault } from '../../core/fault.ts';
import type { BridgeSpec, EnvVar, ProbeSpec, WorkloadItem } from '../../core/item.ts';
import { labelsFor, notesFor, podLabels } from './labels.ts';
import { mountsOf } from './pod-mounts.ts';
import { cpuQuantity, memoryQuantity } from './quantities.ts';

/** Name of the container that runs the server, or the bridge in front of it. */
export const serverContainer = 'server';

/** What a process gets to end by itself once it is told to. */
const stopSeconds = 10;
/** Scheduled by a part of its limit: MCP servers are idle most of the time. */
const requestedMemory = 1 / 4;
const requestedCpu = '10m';

/**
 * The Pod of a workload by the profile "restricted" of the Pod Security Standards: what a manifest does not ask for, it
 * does not get.
 */
export function podTemplate(scope: string, item: WorkloadItem, claimOf: (volume: string) => string): V1PodTemplateSpec {
  return {
    metadata: { labels: { ...labelsFor(scope, item), ...podLabels(item) }, annotations: notesFor(item) },
    spec: podSpec(item, claimOf),
  };
}

function podSpec(item: WorkloadItem, claimOf: (volume: string) => string): V1PodSpec {
  const { spec, drainTimeoutMs = 0 } = item;
  const { volumes, mounts } = mountsOf(item, claimOf);
  const user = userOf(item);
  const hasClaim = volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined);
  return {
    ...(spec.bridge && { initContainers: [bridgeCopy(spec.bridge)] }),
    containers: [
      {
        name: serverContainer,
        image: spec.images[0] ?? '',
        imagePullPolicy: 'IfNotPresent',
        ...commandLine(item),
        env: spec.env.map(variable),
        resources: {
          limits: {
            ...(spec.cpus !== undefined && { cpu: cpuQuantity(spec.cpus) }),
            memory: memoryQuantity(spec.memoryBytes),
          },
          requests: { cpu: requestedCpu, memory: memoryQuantity(spec.memoryBytes * requestedMemory) },
        },
        securityContext: confined,
        volumeMounts: mounts,
        ...readiness(item.probe, spec.bridge),
        // Kubelets before 1.26 put a slash in front of whatever stands here.
        ...(spec.bridge && { lifecycle: { preStop: { httpGet: { path: 'drained', port: spec.bridge.port } } } }),
        // The last lines of a server that ended say why.
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    ],
    volumes,
    securityContext: {
      runAsNonRoot: user?.uid !== 0,
      ...(user && { runAsUser: user.uid, runAsGroup: user.gid }),
      // A new volume is root's; by its group whoever runs here may write to it.
      ...(hasClaim && { fsGroup: user?.gid ?? sharedGroup }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // As the init process does that Docker puts first: signals end what does not handle them, and orphans are reaped.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: stopSeconds + (spec.bridge ? Math.ceil(drainTimeoutMs / 1000) : 0),
  };
}

const sharedGroup = 65_532;

const confined = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Brings the bridge and its runtime into a directory of the Pod's own. */
function bridgeCopy({ image = '' }: BridgeSpec): V1Container {
  const copy = `require('node:fs').cpSync('${bridgeDirectory}', '/copy', { recursive: true })`;
  return {
    name: 'bridge',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [...bridgeNode, '-e', copy],
    resources: { limits: { memory: '128Mi' }, requests: { cpu: requestedCpu, memory: '32Mi' } },
    // The image names no user; the files that it copies may be read by all.
    securityContext: { ...confined, runAsUser: sharedGroup, runAsGroup: sharedGroup },
    volumeMounts: [{ name: 'bridge', mountPath: '/copy' }],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** Without a command in the manifest it is the image's, which the container's runtime alone knows. */
function commandLine({ spec }: WorkloadItem): Pick<V1Container, 'command' | 'args'> {
  const { command, args, bridge } = spec;
  if (!bridge) return { ...(command && { command: [...command] }), ...(args && { args: [...args] }) };
  const flags = [...bridgeFlags(bridge), ...(command ? [] : ['--image-command', args ? 'entrypoint' : 'whole'])];
  return { command: [...bridgeProgram], args: [...flags, '--', ...(command ?? []), ...(args ?? [])] };
}

function variable(one: EnvVar): { name: string; value?: string; valueFrom?: object } {
  if ('value' in one) return { name: one.name, value: one.value };
  return { name: one.name, valueFrom: { secretKeyRef: { name: one.secret, key: one.key } } };
}

function userOf({ spec, owner }: WorkloadItem): { uid: number; gid: number } | undefined {
  if (spec.user === 'image') return undefined;
  if (spec.user === 'volumeOwner')
    throw new Fault(
      'invalid',
      'VolumeOwnerUnknown',
      `${owner}: whose the volume is cannot be seen on Kubernetes; set spec.user to the numbers of a user, as in 1000:1000`,
    );
  const [uid = 0, gid = uid] = spec.user.split(':').map(Number);
  return { uid, gid };
}

/** What Kubernetes asks; requests are let through only after our own probe, which speaks MCP. */
function readiness(probe: ProbeSpec, bridge: BridgeSpec | undefined): { readinessProbe?: V1Probe } {
  const every = { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 };
  if (probe.kind === 'running') return {};
  if (bridge && probe.kind !== 'tcp')
    return { readinessProbe: { httpGet: { path: '/health', port: bridge.port }, ...every } };
  if (probe.kind === 'http') return { readinessProbe: { httpGet: { path: probe.path, port: probe.port }, ...every } };
  return { readinessProbe: { tcpSocket: { port: probe.port }, ...every } };
}
