import type { NetworkItem } from '../../core/item.ts';
import { label, labelValue, networkLabel, ownerLabels } from './labels.ts';

export const policyKind = { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies', kind: 'NetworkPolicy' };

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

/** Carried by the operator's own Pods (deploy/kubernetes/installation.ts), so that its probes are let in. */
export const operatorLabels = {
  'app.kubernetes.io/name': 'mcpnet-operator',
  'app.kubernetes.io/part-of': 'mcpnet',
} as const;

/**
 * A network of the plan among the Pods of a cluster, which all reach each other otherwise. On the internal one only the
 * balancer of the same network and the operator reach a server, and a server reaches nothing. Policies add up, so the
 * frontend one opens the way out for those that are on both.
 */
export function policySpec(scope: string, item: NetworkItem): PolicySpec {
  const podSelector = serversOn(scope, item.id);
  if (!item.spec.internal) return { podSelector, policyTypes: ['Egress'], egress: [{}] };
  const balancer = { ...ownerLabels(scope, item.owner), [label.role]: 'haproxy' };
  return {
    podSelector,
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

export function policyFields(spec: unknown): { readonly internal: string } {
  // Of a NetworkPolicy.
  const { egress = [] } = spec as Partial<PolicySpec>;
  return { internal: String(!egress.some((rule) => Object.keys(rule).length === 0)) };
}

/** The replicas of services; what balances and registers them has rules of its own. */
function serversOn(scope: string, network: string): Selector {
  return {
    matchLabels: { [label.owner]: labelValue(scope), [label.role]: 'replicas', [networkLabel(network)]: 'true' },
  };
}
