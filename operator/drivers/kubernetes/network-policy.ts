import type { KubeObject } from '../../cluster/objects.ts';
import type { NetworkItem, Observed } from '../../core/item.ts';
import { differences } from './applied.ts';
import { label, labelsFor, labelValue, networkLabel, note, notesFor, ownerLabels } from './labels.ts';
import { namespaceOf, objectName, type Placement } from './naming.ts';

export const policyKind = { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies' };

/** Of networking.k8s.io/v1, as much as is used here. */
interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly { readonly from?: readonly Peer[] }[];
  /** A rule without anything lets everything out. */
  readonly egress?: readonly { readonly to?: readonly Peer[] }[];
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

export interface Policy extends KubeObject {
  readonly spec: PolicySpec;
}

/** Carried by the operator's own Pods, so that its probes are let in. */
export const operatorLabels = {
  'app.kubernetes.io/name': 'mcpnet',
  'app.kubernetes.io/component': 'operator',
} as const;

/**
 * A network of the plan among the Pods of a cluster, which all reach each other otherwise. On the internal one only the
 * balancer of the same network and the operator reach a server, and a server reaches nothing. Policies add up, so the
 * frontend one opens the way out for those that are on both.
 */
export function policyObject(
  scope: string,
  placement: Placement,
  item: NetworkItem,
): Policy & { readonly metadata: { readonly namespace: string } } {
  const spec = item.spec.internal ? internalSpec(scope, item) : openSpec(scope, item);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: objectName(placement, item.owner, item.id),
      namespace: namespaceOf(placement, item.owner),
      labels: labelsFor(scope, item),
      annotations: { ...notesFor(item), [note.applied]: JSON.stringify(spec) },
    },
    spec,
  };
}

/** With a hash of its own where somebody changed it, so that it is put right. */
export function observePolicy({ metadata, spec }: Policy): Observed {
  const { annotations = {} } = metadata;
  const altered = alterations(annotations[note.applied], spec);
  return {
    type: 'network',
    id: annotations[note.id] ?? '',
    owner: annotations[note.key] ?? '',
    hash: altered.length > 0 ? 'altered' : (annotations[note.hash] ?? ''),
    phase: 'ready',
    fields: {
      internal: String(!(spec.egress ?? []).some((rule) => Object.keys(rule).length === 0)),
      ...(altered.length > 0 && { drift: `was changed by somebody: ${altered.join(', ')}` }),
    },
  };
}

function internalSpec(scope: string, { owner, id }: NetworkItem): PolicySpec {
  const balancer = { ...ownerLabels(scope, owner), [label.role]: 'haproxy' };
  return {
    podSelector: serversOn(scope, id),
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        // In the same namespace, the one of the network; the operator may run in another.
        from: [
          { podSelector: { matchLabels: balancer } },
          { namespaceSelector: {}, podSelector: { matchLabels: { ...operatorLabels } } },
        ],
      },
    ],
    egress: [],
  };
}

function openSpec(scope: string, { id }: NetworkItem): PolicySpec {
  return { podSelector: serversOn(scope, id), policyTypes: ['Egress'], egress: [{}] };
}

/** The replicas of services; what balances and registers them has rules of its own. */
function serversOn(scope: string, network: string): Selector {
  return {
    matchLabels: { [label.owner]: labelValue(scope), [label.role]: 'replicas', [networkLabel(network)]: 'true' },
  };
}

function alterations(applied: string | undefined, spec: PolicySpec): string[] {
  if (applied === undefined) return [];
  try {
    const made: unknown = JSON.parse(applied);
    // Either way round: what was added lets more through.
    return [...new Set([...differences(made, spec, 'spec'), ...differences(spec, made, 'spec')])];
  } catch {
    return [`the annotation ${note.applied}`];
  }
}
