import type { Observed } from '../../../core/item.ts';
import type { BalancerCluster, Furniture } from '../../../ports/balancer-cluster.ts';

/**
 * What was seen of a balancer and its listeners, with what is seen of what runs it and leads to it. Nothing is served
 * while no Pod is ready.
 */
export function completed(observed: readonly Observed[], cluster: BalancerCluster, furniture: Furniture): Observed[] {
  const { balancer, fleet, listeners } = furniture;
  const drift = cluster.drift(furniture);
  const pods = cluster.pods(balancer).filter(({ isLeaving }) => !isLeaving);
  const ready = pods.filter(({ isReady }) => isReady).length;
  const trouble = pods.find((pod) => pod.trouble)?.trouble;
  const state = ready > 0 ? {} : closed(trouble);
  return observed.map((item): Observed => {
    if (item.type === 'server') return item;
    const change = drift.get(item.type === 'balancer' ? balancer : item.id);
    const listener = listeners.find(({ id }) => item.type === 'backend' && id === item.id);
    const address = cluster.address(balancer, 'balancer');
    const fields = {
      ...item.fields,
      ...state.fields,
      ...(item.type === 'balancer' && { replicas: String(fleet.replicas), readyReplicas: String(ready) }),
      ...(item.type === 'balancer' && address !== undefined && { address }),
      ...(listener && { authority: cluster.authority(listener) }),
      ...(change !== undefined && { drift: change }),
    };
    return { ...item, ...state, fields, ...(change !== undefined && { hash: '' }) };
  });
}

function closed(trouble: { reason: string; message: string } | undefined): Partial<Observed> {
  if (!trouble) return { phase: 'starting', message: 'no Pod of HAProxy is ready yet' };
  return { phase: 'failed', message: `HAProxy ${trouble.message}`, fields: { reason: trouble.reason } };
}
