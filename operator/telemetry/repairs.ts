import type { Action } from '../core/plan.ts';

/** Whether an action undoes what somebody else has changed: its cause is not another manifest. */
export function isDriftRepair(action: Action): boolean {
  if (action.verb !== 'update') return false;
  const { cause } = action;
  return cause !== 'is wanted again' && (!cause.startsWith('hash ') || cause.startsWith('hash unknown '));
}

/** Whether an action starts a container that is there already. */
export function isStart({ verb, item }: Action): boolean {
  return verb === 'start' && item.type === 'workload';
}
