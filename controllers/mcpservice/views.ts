import { condition, observedOf } from '../assess.ts';
import type { ConditionDraft } from '../../operator/core/condition.ts';
import type { Assessment } from '../../operator/core/kind.ts';
import type { Observed } from '../../operator/core/item.ts';

/**
 * The balancer and the registry tell how replicas are, each to its own clients. The registry follows within a second; a
 * disagreement that lasts means that one of them serves clients wrongly. Nothing while they agree.
 */
export function disputedHealth(assessment: Assessment): ConditionDraft[] {
  const registrations = observedOf(assessment, 'registration');
  const disputes = observedOf(assessment, 'server').flatMap((server) => {
    const registration = registrations.find(({ workload }) => workload === server.workload);
    const [balancer, registry] = [balancerView(server), registration?.fields['health']];
    if (balancer === undefined || registry === undefined) return [];
    const isDisputed = (balancer === 'UP') !== (registry === 'passing');
    const why = registration?.message === undefined ? '' : ` (${registration.message.trim()})`;
    return isDisputed ? [`${server.id}: HAProxy says ${balancer}, Consul says ${registry}${why}`] : [];
  });
  return disputes.length === 0 ? [] : [condition('HealthDisputed', 'True', 'ViewsDisagree', disputes.join('; '))];
}

function balancerView({ phase, fields }: Observed): string | undefined {
  return phase === 'draining' ? 'DRAIN' : fields['health'];
}
