import type { ResourceKey } from '../../../core/resource.ts';
import { label, labelValue, note, ownerLabels } from '../labels.ts';
import { namespaceOf, objectName, type Placement } from '../naming.ts';

/** Carried by everything of one balancer; its Pods are selected by it. */
export const balancerLabel = 'mcpnet.io/balancer';
/** Ids of the balancer, and of the listener that a Service leads to. */
export const balancerNote = 'mcpnet.io/balancer';
export const listenerNote = 'mcpnet.io/listener';
/** On the Service of the Consul beside a balancer. */
export const registryNote = 'mcpnet.io/registry';
/** Pods that run another program beside HAProxy are replaced. */
export const programNote = 'mcpnet.io/program';

/** Selects the Pods of a balancer. */
export function balancerPods(scope: string, balancer: string): Record<string, string> {
  return { [label.owner]: labelValue(scope), [balancerLabel]: labelValue(balancer) };
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Of what runs a balancer, all of which has one name. */
export function balancerMetadata(scope: string, placement: Placement, owner: ResourceKey, balancer: string): Metadata {
  return {
    name: `${label1035(objectName(placement, owner, balancer))}-haproxy`,
    namespace: namespaceOf(placement, owner),
    labels: {
      'app.kubernetes.io/managed-by': 'mcpnet',
      'app.kubernetes.io/name': 'haproxy',
      ...ownerLabels(scope, owner),
      ...balancerPods(scope, balancer),
    },
    annotations: { [note.key]: owner, [balancerNote]: balancer },
  };
}

/** Of the Service of the Consul beside it. */
export function registryMetadata(scope: string, placement: Placement, owner: ResourceKey, balancer: string): Metadata {
  const metadata = balancerMetadata(scope, placement, owner, balancer);
  return {
    ...metadata,
    name: `${label1035(objectName(placement, owner, balancer))}-consul`,
    labels: { ...metadata.labels, 'app.kubernetes.io/name': 'consul' },
    annotations: { ...metadata.annotations, [registryNote]: 'true' },
  };
}

/** Of the Service of a listener, which is called after what it leads to. */
export function listenerMetadata(
  scope: string,
  placement: Placement,
  { id, owner }: { readonly id: string; readonly owner: ResourceKey },
  balancer: string,
): Metadata {
  return {
    name: label1035(objectName(placement, owner, id)),
    namespace: namespaceOf(placement, owner),
    labels: {
      'app.kubernetes.io/managed-by': 'mcpnet',
      ...ownerLabels(scope, owner),
      ...balancerPods(scope, balancer),
    },
    annotations: { [note.key]: owner, [balancerNote]: balancer, [listenerNote]: id },
  };
}

/** Names of Services are DNS labels (RFC 1035): without dots. */
function label1035(name: string): string {
  return name.replaceAll('.', '-').slice(0, 55);
}
