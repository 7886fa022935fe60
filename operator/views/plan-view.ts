import type { Redact } from '../core/redact.ts';
import type { PlanView } from '../api/shapes.ts';
import { itemKey } from '../core/item.ts';
import { formatPlans, waitText, type Plan } from '../core/plan.ts';

export function planView(plans: readonly Plan[], redact: Redact): PlanView {
  return {
    text: redact(formatPlans(plans)),
    steps: plans.flatMap(({ key, actions, waits }) => [
      ...actions.map(({ verb, item, cause }) => ({ key, verb, item: itemKey(item), cause: redact(cause) })),
      ...waits.map((wait) => ({
        key,
        verb: 'wait' as const,
        item: itemKey(wait.item),
        cause: redact(waitText(wait)),
      })),
    ]),
  };
}
