import type { ConditionDraft, ConditionStatus } from '../operator/core/condition.ts';
import { driftFields } from '../operator/core/drift.ts';
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

/** Tells of containers whose image's name means another image by now. Nothing while all run what their names mean. */
export function movedImages({ owned }: Assessment): ConditionDraft[] {
  const workloads = owned.filter(({ type }) => type === 'workload');
  const moved = workloads.filter(({ fields }) => fields[driftFields.newImage] !== undefined);
  const [first] = moved;
  if (!first) return [];
  const { image = '', imageId = '', [driftFields.newImage]: newImage = '' } = first.fields;
  const message = `${moved.length} of ${workloads.length} containers run ${shortened(imageId)}, and ${image} means ${shortened(newImage)} by now; spec.rollout.imageChange: replace rolls it out`;
  return [condition('ImageMoved', 'True', 'ImageMoved', message)];
}

/** As much of an image's id as people read: `sha256:0123456789ab`. */
function shortened(imageId: string): string {
  return imageId.slice(0, 'sha256:'.length + 12);
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
