import { condition, worstFault } from '../assess.ts';
import type { ConditionDraft } from '../../operator/core/condition.ts';
import type { DesiredItem } from '../../operator/core/item.ts';
import type { Outcome } from '../../operator/core/history.ts';
import type { Assessment } from '../../operator/core/kind.ts';
import type { Resource } from '../../operator/core/resource.ts';
import type { MCPService } from '../../schemas/types.ts';

interface Trouble {
  readonly reason: string;
  readonly message: string;
}

/**
 * How the revision in force fares. It has failed once one of its replicas cannot be made, ends again and again, or is not
 * proven in time; what else keeps it from serving passes by itself.
 * @param isServing whether all of it serves and nothing is left to do
 * @param blocker what keeps the service from being ready
 */
export function outcomeOf(assessment: Assessment, isServing: boolean, blocker: Trouble): Outcome {
  const { desire, faults } = assessment;
  if ('blocked' in desire) return desire.passing ? { result: 'Progressing' } : { result: 'Failed', ...desire.blocked };
  const trials = trialsIn(assessment);
  const workloads = trials.length > 0 ? trials : desire.items.filter(({ type }) => type === 'workload');
  if (isServing && workloads.length > 0) return { result: trials.length > 0 ? 'Canary' : 'Serving' };
  const fault = worstFault(workloads, faults);
  if (fault && fault.class !== 'transient') return { result: 'Failed', reason: fault.reason, message: fault.message };
  const failed = workloads.some((item) => assessment.lookup(item)?.phase === 'failed');
  return failed ? { result: 'Failed', reason: blocker.reason, message: blocker.message } : { result: 'Progressing' };
}

/** Tells which revision is being tried beside which, how, and what ends that. */
export function canaryCondition({ spec }: Resource<MCPService['spec']>, assessment: Assessment): ConditionDraft[] {
  const { length } = trialsIn(assessment);
  const { current = 0, served = 0 } = assessment.revisions ?? {};
  if (length === 0 || !spec.rollout.canary) return [];
  const share = `${spec.rollout.canary.weight} % of new sessions on ${length} replica${length === 1 ? '' : 's'}`;
  const end = 'remove spec.rollout.canary to roll it out, or take the change back';
  return [
    condition('Canary', 'True', 'Trying', `revision ${current} gets ${share}, revision ${served} the rest; ${end}`),
  ];
}

function trialsIn({ desire }: Assessment): DesiredItem[] {
  return 'items' in desire ? desire.items.filter((item) => item.type === 'workload' && item.isTrial === true) : [];
}

/** Which revision is in trouble and which one serves in its place, where that is another. */
export function namingRevisions(
  { metadata: { name, namespace } }: Pick<Resource, 'metadata'>,
  { message }: Trouble,
  { revisions }: Assessment,
  outcome: Outcome,
): string {
  const { current, served } = revisions ?? {};
  if (outcome.result !== 'Failed' || served === undefined || served === current) return message;
  const whose = namespace === 'default' ? name : `${name} -n ${namespace}`;
  return `revision ${current} does not come up, revision ${served} goes on serving: ${message}; to go back: mcpnet rollback ${whose}`;
}
