import type { PlanView } from '../api/shapes.ts';
import { itemKey } from '../core/item.ts';
import { formatPlans, type Plan } from '../core/plan.ts';

export function planView(plans: readonly Plan[]): PlanView {
  return {
    text: formatPlans(plans),
    steps: plans.flatMap(({ key, actions, waits }) => [
      ...actions.map(({ verb, item, cause }) => ({ key, verb, item: itemKey(item), cause })),
      ...waits.map(({ item, cause }) => ({ key, verb: 'wait' as const, item: itemKey(item), cause })),
    ]),
  };
}
