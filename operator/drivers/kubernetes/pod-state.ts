import type { V1ContainerStatus, V1PodSpec, V1PodStatus } from '@kubernetes/client-node';
import type { KubeObject } from '../../cluster/objects.ts';
import type { Phase } from '../../core/item.ts';
import { serverContainer } from './pod-template.ts';

export interface Pod extends KubeObject {
  readonly spec?: V1PodSpec;
  readonly status?: V1PodStatus;
}

/** How a Pod fares, in the reasons of the engine. */
export interface PodState {
  readonly phase: Phase;
  readonly message?: string;
  readonly reason?: string;
}

const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
]);
const commandMissing = /executable file not found|no such file or directory|not found in \$PATH/;

/** It is at most `starting` here: only a probe can tell that it does its work. */
export function podState(pod: Pod): PodState {
  const { status = {} } = pod;
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const each of statuses) {
    const trouble = troubleOf(each);
    if (trouble) return trouble;
  }
  const unscheduled = status.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled)
    return { phase: 'starting', reason: 'Unschedulable', message: `has no node yet: ${unscheduled.message ?? ''}` };
  if (status.phase === 'Failed')
    return {
      phase: 'failed',
      reason: 'ReplicaStopped',
      message: `its Pod has failed: ${status.message ?? status.reason ?? ''}`,
    };
  return { phase: 'starting', ...(isRunning(pod) ? {} : { message: 'is being started by its node' }) };
}

/** Whether the server's process runs. */
export function isRunning({ status }: Pod): boolean {
  return serverStatus(status?.containerStatuses)?.state?.running !== undefined;
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether nothing of it runs any more, nor will: its node may take seconds to say that it is gone. */
export function isOver({ metadata, status }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  const statuses = status?.containerStatuses ?? [];
  const hasEnded = statuses.length > 0 && statuses.every(({ state }) => state?.terminated !== undefined);
  return metadata.deletionTimestamp !== undefined && (hasEnded || status?.phase === undefined);
}

/** Names one start of one container: a later process never answers for an earlier one. */
export function instanceOf({ metadata, status }: Pod): string | undefined {
  const restarts = serverStatus(status?.containerStatuses)?.restartCount ?? 0;
  return metadata.uid === undefined ? undefined : `${metadata.uid.slice(0, 8)}-${restarts}`;
}

export function serverStatus(statuses: readonly V1ContainerStatus[] | undefined): V1ContainerStatus | undefined {
  return statuses?.find(({ name }) => name === serverContainer) ?? statuses?.[0];
}

function troubleOf({ name, image, state, lastState }: V1ContainerStatus): PodState | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const ended = state?.terminated ?? lastState?.terminated;
  const command = commandMissing.exec(`${message} ${ended?.message ?? ''}`) !== null;
  if (imageReasons.has(reason))
    return {
      phase: 'failed',
      reason: 'ImageMissing',
      message: `image "${image}" is not on the node and cannot be pulled: ${message || reason}; push it to a registry that the nodes reach, or import it there`,
    };
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError' || reason === 'RunContainerError') {
    if (command)
      return { phase: 'failed', reason: 'CommandNotFound', message: `cannot start: ${message}; correct spec.command` };
    if (message.includes('runAsNonRoot') || message.includes('non-root') || message.includes('non-numeric user'))
      return {
        phase: 'failed',
        reason: 'RunsAsRoot',
        message: `may not run as root: ${message}; set spec.user to the numbers of a user, as in 1000:1000`,
      };
    return { phase: 'failed', reason: 'PodRefused', message: `cannot start: ${message || reason}` };
  }
  if (reason === 'CrashLoopBackOff' || (state?.terminated && state.terminated.exitCode !== 0)) {
    if (command)
      return {
        phase: 'failed',
        reason: 'CommandNotFound',
        message: `cannot start: ${ended?.message ?? ''}; correct spec.command`,
      };
    const last = ended?.message?.trim().split('\n').at(-1);
    const how = `exit code ${ended?.exitCode ?? 'unknown'}${ended?.reason === 'OOMKilled' ? ', out of memory' : ''}`;
    return {
      phase: 'failed',
      reason: 'CrashLoop',
      message: `crashes at start: container ${name} ended with ${how}${last ? `: ${last}` : ''}`,
    };
  }
  return undefined;
}
