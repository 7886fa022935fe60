import { commonConditions, condition, observedOf, worstFault } from '../assess.ts';
import type { Assessment, Verdict } from '../../operator/core/kind.ts';
import type { Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork } from '../../schemas/types.ts';

/** Ready when Consul and HAProxy serve. Their containers are its replicas. */
export function assessNetwork(_network: Resource<MCPNetwork['spec']>, assessment: Assessment): Verdict {
  const { desire, faults, plan } = assessment;
  const workloads = 'items' in desire ? desire.items.filter(({ type }) => type === 'workload').length : 0;
  const pods = podsOf(assessment);
  const wanted = workloads + pods.wanted;
  const ready = observedOf(assessment, 'workload').filter(({ phase }) => phase === 'ready').length + pods.ready;
  const common = commonConditions(assessment);
  const broken =
    common.find(({ status }) => status === 'False') ??
    ('items' in desire ? worstFault(desire.items, faults) : undefined) ??
    closedBalancer(assessment);
  const wait = plan.waits[0];
  const sentence = `${ready} of ${wanted} parts serve`;
  const reason = broken?.reason ?? 'Progressing';
  const message = broken?.message ?? (wait ? `${wait.item.type} ${wait.item.id} ${wait.cause}` : 'is being set up');
  const settled = ready === wanted && plan.actions.length === 0 && plan.waits.length === 0 && !broken;
  return {
    conditions: [
      ...common,
      ready === wanted && wanted > 0 && !broken
        ? condition('Available', 'True', 'Serving', sentence)
        : condition('Available', 'False', reason, message),
      settled
        ? condition('Ready', 'True', 'Serving', sentence)
        : condition('Ready', 'False', reason, `${message} (${sentence})`),
    ],
    replicas: wanted,
    readyReplicas: ready,
  };
}

/** Those that a cluster runs HAProxy in, which are no workloads of their own. */
function podsOf(assessment: Assessment): { wanted: number; ready: number } {
  const { desire } = assessment;
  const balancer = 'items' in desire ? desire.items.find(({ type }) => type === 'balancer') : undefined;
  const wanted = balancer?.type === 'balancer' ? (balancer.spec.fleet?.replicas ?? 0) : 0;
  const [observed] = observedOf(assessment, 'balancer');
  // One more runs for a moment while they are replaced.
  return { wanted, ready: Math.min(wanted, Number(observed?.fields['readyReplicas'] ?? 0)) };
}

/** Why HAProxy does not run and cannot, where that is so. */
function closedBalancer(assessment: Assessment): { reason: string; message: string } | undefined {
  const closed = observedOf(assessment, 'balancer').find(({ phase }) => phase === 'failed');
  return closed && { reason: closed.fields['reason'] ?? 'PortTaken', message: closed.message ?? 'is closed' };
}
