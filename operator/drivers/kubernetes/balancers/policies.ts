import type { Furniture } from '../../../ports/balancer-cluster.ts';
import type { KubeObject } from '../../../cluster/objects.ts';
import type { Placement } from '../naming.ts';
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
