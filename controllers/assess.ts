import type { ConditionDraft, ConditionStatus } from '../operator/core/condition.ts';
import type { Fault } from '../operator/core/fault.ts';
import type { Assessment } from '../operator/core/kind.ts';
import { itemKey, type DesiredItem, type Observed } from '../operator/core/item.ts';

/** Conditions that every kind has: whether the declaration is sound and whether its items could be made. */
export function commonConditions({ desire, faults, plan }: Assessment): ConditionDraft[] {
  if ('blocked' in desire) {
    const { reason, message } = desire.blocked;
    return [
      condition('Accepted', 'True', 'Valid', 'the manifest is valid'),
      condition('ResolvedRefs', 'False', reason, message),
      condition('Programmed', 'False', reason, message),
    ];
  }
  const fault = worstFault(desire.items, faults);
  return [
    condition('Accepted', 'True', 'Valid', 'the manifest is valid'),
    condition('ResolvedRefs', 'True', 'Resolved', 'everything it refers to is declared'),
    fault
      ? condition('Programmed', 'False', fault.reason, fault.message)
      : plan.actions.length > 0
        ? condition('Programmed', 'Unknown', 'Progressing', `${plan.actions.length} steps to do`)
        : condition('Programmed', 'True', 'Programmed', 'what exists matches the manifest, or waits'),
  ];
}

export function condition(type: string, status: ConditionStatus, reason: string, message: string): ConditionDraft {
  return { type, status, reason, message };
}

/** The fault that a person should read first: what they must mend stands before what mends itself. */
export function worstFault(items: readonly DesiredItem[], faults: Assessment['faults']): Fault | undefined {
  const order = ['bug', 'invalid', 'conflict', 'missing', 'transient'];
  const found = items.flatMap((item) => faults.get(itemKey(item)) ?? []);
  return found.sort((left, right) => order.indexOf(left.class) - order.indexOf(right.class))[0];
}

/** Observations of the desired items of one type. */
export function observedOf(assessment: Assessment, type: DesiredItem['type']): Observed[] {
  if ('blocked' in assessment.desire) return [];
  return assessment.desire.items.filter((item) => item.type === type).flatMap((item) => assessment.lookup(item) ?? []);
}
