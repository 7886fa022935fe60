import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { KubeObject, ObjectKind } from '../../cluster/objects.ts';
import type { WorkloadItem } from '../../core/item.ts';
import { label, labelsFor, note, notesFor } from './labels.ts';
import { namespaceOf, objectName, subdomain, type Placement } from './naming.ts';
import { podTemplate } from './pod-template.ts';

export type WorkloadKind = 'Deployment' | 'StatefulSet';

export const workloadKinds: Readonly<Record<WorkloadKind, ObjectKind>> = {
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  StatefulSet: { apiVersion: 'apps/v1', plural: 'statefulsets' },
};

/** What of a Deployment or StatefulSet matters here. */
export interface WorkloadObject extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly template: V1PodTemplateSpec };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/**
 * One Pod that Kubernetes keeps running: a Deployment, or where it writes to a named volume a StatefulSet, which never
 * runs two of it. Its Pod is never replaced beside itself: a change is another workload.
 */
export function workloadObject(
  scope: string,
  placement: Placement,
  item: WorkloadItem,
  replicas: number,
): {
  readonly kind: WorkloadKind;
  readonly body: WorkloadObject & { readonly metadata: { readonly namespace: string } };
} {
  const kind = workloadKindOf(item);
  const template = podTemplate(scope, item, subdomain);
  const labels = labelsFor(scope, item);
  const selector = { matchLabels: { [label.owner]: labels[label.owner], [label.id]: labels[label.id] } };
  const name = objectName(placement, item.owner, item.id);
  return {
    kind,
    body: {
      apiVersion: 'apps/v1',
      kind,
      metadata: {
        name,
        namespace: namespaceOf(placement, item.owner),
        labels: { ...labels, [label.role]: template.metadata?.labels?.[label.role] ?? '' },
        annotations: { ...notesFor(item), [note.applied]: JSON.stringify(template) },
      },
      spec: {
        replicas,
        template,
        ...(kind === 'Deployment'
          ? { selector, strategy: { type: 'Recreate' }, revisionHistoryLimit: 0 }
          : { selector, serviceName: name, podManagementPolicy: 'Parallel', revisionHistoryLimit: 0 }),
      },
    },
  };
}

export function workloadKindOf({ spec }: WorkloadItem): WorkloadKind {
  return spec.mounts.some(({ kind, readOnly }) => kind === 'volume' && !readOnly) ? 'StatefulSet' : 'Deployment';
}
