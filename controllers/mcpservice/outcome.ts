import { observedOf, worstFault } from '../assess.ts';
import type { Outcome } from '../../operator/core/history.ts';
import type { Assessment } from '../../operator/core/kind.ts';

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
  const workloads = desire.items.filter(({ type }) => type === 'workload');
  if (isServing && workloads.length > 0) return { result: 'Serving' };
  const fault = worstFault(workloads, faults);
  if (fault && fault.class !== 'transient') return { result: 'Failed', reason: fault.reason, message: fault.message };
  const failed = observedOf(assessment, 'workload').some(({ phase }) => phase === 'failed');
  return failed ? { result: 'Failed', reason: blocker.reason, message: blocker.message } : { result: 'Progressing' };
}

/** Which revision is in trouble and which one serves in its place, where that is another. */
export function namingRevisions({ message }: Trouble, { revisions }: Assessment, outcome: Outcome): string {
  const { current, served } = revisions ?? {};
  if (outcome.result !== 'Failed' || served === undefined || served === current) return message;
  return `revision ${current} does not come up, revision ${served} goes on serving: ${message}`;
}
