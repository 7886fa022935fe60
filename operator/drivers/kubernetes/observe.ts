import { driftFields } from '../../core/drift.ts';
import type { Observed } from '../../core/item.ts';
import { differences, liberties } from './applied.ts';
import { label, note } from './labels.ts';
import { instanceOf, isRunning, isTerminating, podState, serverStatus, type Pod, type PodState } from './pod-state.ts';
import type { WorkloadObject } from './workload-object.ts';

/**
 * A workload by its object and the Pods that were made for it. Of several Pods the one that Kubernetes takes away is
 * shown as long as it serves: its sessions end in peace while another workload takes its place.
 */
export function observeWorkload(object: WorkloadObject, pods: readonly Pod[]): Observed {
  const { annotations = {}, labels = {} } = object.metadata;
  const isOn = (object.spec.replicas ?? 1) > 0;
  const pod = isOn ? shown(pods) : undefined;
  const { phase, message, reason } = stateOf(object, pod);
  const running = pod !== undefined && isRunning(pod) && (pod.status?.podIP ?? '') !== '';
  const instance = pod && instanceOf(pod);
  const server = serverStatus(pod?.status?.containerStatuses);
  const { image } = object.spec.template.spec?.containers[0] ?? {};
  return {
    type: 'workload',
    id: annotations[note.id] ?? '',
    owner: annotations[note.key] ?? '',
    hash: annotations[note.hash] ?? '',
    phase,
    fields: {
      containerId: pod?.metadata.uid ?? object.metadata.uid ?? '',
      group: labels[label.role] ?? '',
      hashVersion: annotations[note.hashVersion] ?? '',
      created: object.metadata.creationTimestamp ?? '',
      image: image ?? '',
      ...(server && server.imageID !== '' && { imageId: server.imageID }),
      ...(annotations[note.port] !== undefined && { port: annotations[note.port] }),
      ...(pod?.spec?.nodeName !== undefined && { node: pod.spec.nodeName }),
      ...(running && { address: pod.status?.podIP ?? '' }),
      ...(running && instance !== undefined && { instance }),
      ...(reason !== undefined && { reason }),
      ...driftIn(object, pod),
    },
    ...(message !== undefined && { message }),
  };
}

/** What is left of a workload whose object is gone: Pods that are ending. */
export function observeRemains(pod: Pod): Observed {
  const { annotations = {}, labels = {}, uid = '' } = pod.metadata;
  return {
    type: 'workload',
    id: annotations[note.id] ?? '',
    owner: annotations[note.key] ?? '',
    hash: annotations[note.hash] ?? '',
    phase: 'stopped',
    fields: { containerId: uid, group: labels[label.role] ?? '', hashVersion: annotations[note.hashVersion] ?? '' },
    message: 'its Pod is ending',
  };
}

/** One that is being taken away as long as its process runs, else the newest. */
function shown(pods: readonly Pod[]): Pod | undefined {
  const byAge = [...pods].sort((left, right) => createdMs(right) - createdMs(left));
  return (
    byAge.find((pod) => isTerminating(pod) && isRunning(pod)) ??
    byAge.find((pod) => !isTerminating(pod) && pod.status?.phase !== 'Failed') ??
    byAge.find((pod) => !isTerminating(pod))
  );
}

function createdMs({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function stateOf({ metadata, spec, status }: WorkloadObject, pod: Pod | undefined): PodState {
  if (metadata.deletionTimestamp !== undefined) return { phase: 'stopped', message: 'is being removed' };
  if (spec.replicas === 0) return { phase: 'stopped', message: 'is scaled to 0 Pods' };
  if (pod) return podState(pod);
  const refused = status?.conditions?.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
  if (refused)
    return {
      phase: 'failed',
      reason: 'PodRefused',
      message: `its Pod is refused: ${refused.message ?? refused.reason ?? ''}`,
    };
  return { phase: 'starting', message: 'waits for its Pod' };
}

function driftIn({ metadata, spec }: WorkloadObject, pod: Pod | undefined): Record<string, string> {
  const altered = alterations(spec.template, metadata.annotations?.[note.applied]);
  const replicas = spec.replicas ?? 1;
  return {
    ...(altered.length > 0 && { [driftFields.altered]: `somebody changed ${altered.join(', ')}` }),
    ...(replicas > 1 && { [driftFields.repairable]: `Pods ${replicas} -> 1` }),
    ...(pod && isTerminating(pod) && { [driftFields.detached]: 'Kubernetes takes its Pod away' }),
  };
}

// Objects are what a watch told of them, and never change.
const alterationsOf = new WeakMap<WorkloadObject['spec']['template'], readonly string[]>();

function alterations(template: WorkloadObject['spec']['template'], applied: string | undefined): readonly string[] {
  const known = alterationsOf.get(template);
  if (known) return known;
  const found = compared(template, applied);
  alterationsOf.set(template, found);
  return found;
}

function compared(template: WorkloadObject['spec']['template'], applied: string | undefined): string[] {
  if (applied === undefined) return [];
  try {
    return [...differences(JSON.parse(applied), template), ...liberties(template.spec).map((path) => `spec.${path}`)];
  } catch {
    return [`the annotation ${note.applied}`];
  }
}
