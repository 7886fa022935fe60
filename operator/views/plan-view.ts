import type { Redact } from '../core/redact.ts';
import type { PlanView } from '../api/shapes.ts';
import { itemKey } from '../core/item.ts';
import { formatPlans, type Plan } from '../core/plan.ts';

export function planView(plans: readonly Plan[], redact: Redact): PlanView {
  return {
    text: redact(formatPlans(plans)),
    steps: plans.flatMap(({ key, actions, waits }) => [
      ...actions.map(({ verb, item, cause }) => ({ key, verb, item: itemKey(item), cause: redact(cause) })),
      ...waits.map(({ item, cause }) => ({ key, verb: 'wait' as const, item: itemKey(item), cause: redact(cause) })),
    ]),
  };
}
