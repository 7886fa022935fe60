import { setTimeout as delay } from 'node:timers/promises';
import { labelsOf, operatorName, type KubernetesObject } from '../../../deploy/kubernetes/installation.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/api-error.ts';
import { label } from '../../drivers/kubernetes/labels.ts';
import { listOf, placeOf, shownName } from './place.ts';

const lookMs = 200;
const definedWithinMs = 60_000;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

/** Until the API server takes objects of a new kind. */
export async function untilDefined(api: ClusterApi, definition: KubernetesObject): Promise<void> {
  await until(definedWithinMs, async () => {
    const { status } = await api.request<{ status?: { conditions?: readonly Condition[] } }>({
      path: placeOf(definition),
    });
    const isThere = status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
    return isThere === true ? undefined : `${shownName(definition)} is not established`;
  });
}

/** Until every Pod of the operator is a new one, and ready. */
export async function untilReady(api: ClusterApi, namespace: string, waitMs: number): Promise<void> {
  const path = `${listOf('apps/v1', 'Deployment', namespace)}/${operatorName}`;
  await until(waitMs, async () => {
    const { metadata, spec, status } = await api.request<Deployment>({ path });
    const isNew = status?.observedGeneration === metadata.generation && status.updatedReplicas === spec.replicas;
    if (isNew && status.readyReplicas === spec.replicas && status.replicas === spec.replicas) return undefined;
    const fault = status?.conditions?.find((each) => each.type === 'ReplicaFailure' && each.status === 'True');
    const troubles = await troublesOfPods(api, namespace);
    const counts = `${status?.readyReplicas ?? 0} of ${spec.replicas} Pods of the operator are ready`;
    return [counts, fault?.message, ...troubles].filter((line) => line !== undefined).join('; ');
  });
}

/** Until no Pod of the operator is left: only then does nobody steer any more. */
export async function untilNoPods(api: ClusterApi, namespace: string, waitMs: number): Promise<void> {
  await until(waitMs, async () => {
    const pods = await podsOf(api, namespace);
    return pods.length === 0 ? undefined : `the Pods ${pods.map(({ metadata }) => metadata.name).join(', ')} still run`;
  });
}

/** Until the API server knows the object no longer. */
export async function untilGone(api: ClusterApi, path: string, what: string, waitMs: number): Promise<void> {
  await until(waitMs, async () => {
    try {
      await api.request({ path });
      return `${what} is still there`;
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  });
}

/** Until the operator has taken away what runs for what was declared, in whatever namespace. */
export async function untilNothingRuns(api: ClusterApi, waitMs: number): Promise<void> {
  await until(waitMs, async () => {
    const lists = await Promise.all(
      [listOf('apps/v1', 'Deployment'), listOf('apps/v1', 'StatefulSet'), listOf('v1', 'Service')].map((path) =>
        api.request<{ items: readonly KubernetesObject[] }>({ path, query: { labelSelector: label.owner } }),
      ),
    );
    const names = lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
    if (names.length === 0) return undefined;
    const more = names.length > 3 ? `, and ${names.length - 3} more` : '';
    return `${[...new Set(names)].slice(0, 3).join(', ')}${more} still there: does the operator run?`;
  });
}

/** @param look says what it is waited for; undefined once it is so */
export async function until(waitMs: number, look: () => Promise<string | undefined>): Promise<void> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const missing = await look();
    if (missing === undefined) return;
    if (performance.now() > endMs) throw new Error(`not so after ${Math.round(waitMs / 1_000)} s: ${missing}`);
    await delay(lookMs);
  }
}

async function troublesOfPods(api: ClusterApi, namespace: string): Promise<readonly string[]> {
  return (await podsOf(api, namespace)).flatMap(({ metadata, status }) => {
    const waiting = status.containerStatuses?.map(({ state }) => state.waiting).find((each) => each !== undefined);
    const unscheduled = status.conditions?.find((each) => each.type === 'PodScheduled' && each.status === 'False');
    const trouble = waiting ?? unscheduled;
    if (!trouble || trouble.reason === 'ContainerCreating') return [];
    return [`${metadata.name}: ${trouble.reason ?? ''} ${trouble.message ?? ''}`.trim()];
  });
}

async function podsOf(api: ClusterApi, namespace: string): Promise<readonly Pod[]> {
  const labelSelector = `app.kubernetes.io/name=${labelsOf({ namespace })['app.kubernetes.io/name'] ?? ''}`;
  const { items } = await api.request<{ items: readonly Pod[] }>({
    path: `/api/v1/namespaces/${namespace}/pods`,
    query: { labelSelector },
  });
  return items;
}
