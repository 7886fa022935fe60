import type { Furniture } from '../../../ports/balancer-cluster.ts';
import type { KubeObject } from '../../../cluster/objects.ts';
import type { Placement } from '../naming.ts';
import { operatorLabels } from '../network-policy.ts';
import { balancerMetadata, balancerPods } from './labels.ts';

/** One Pod of a balancer at a time may be taken away on purpose. */
export function disruptionBudget(
  scope: string,
  placement: Placement,
  furniture: Furniture,
  apiVersion: string,
): KubeObject {
  const { balancer, owner } = furniture;
  return {
    apiVersion,
    kind: 'PodDisruptionBudget',
    metadata: balancerMetadata(scope, placement, owner, balancer),
    spec: { maxUnavailable: 1, selector: { matchLabels: balancerPods(scope, balancer) } },
  } as KubeObject;
}

/** Clients reach the ports of the plan; the program beside HAProxy answers none but the operator, in whatever namespace. */
export function agentPolicy(scope: string, placement: Placement, furniture: Furniture): KubeObject {
  const { balancer, owner, fleet, statisticsPort, listeners } = furniture;
  const ports = [statisticsPort, ...listeners.map(({ port }) => port)];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: balancerMetadata(scope, placement, owner, balancer),
    spec: {
      podSelector: { matchLabels: balancerPods(scope, balancer) },
      policyTypes: ['Ingress'],
      ingress: [
        { ports: ports.map((port) => ({ port, protocol: 'TCP' })) },
        {
          from: [{ namespaceSelector: {}, podSelector: { matchLabels: { ...operatorLabels } } }],
          ports: [{ port: fleet.agentPort, protocol: 'TCP' }],
        },
      ],
    },
  } as KubeObject;
}
