import type { DesiredItem, ItemRef, Observed } from './item.ts';
import { displayKey, type ResourceKey } from './resource.ts';

interface Grow<Verb extends string> {
  readonly verb: Verb;
  readonly item: DesiredItem;
  readonly cause: string;
  readonly observed?: Observed;
}

interface Shrink<Verb extends string> {
  readonly verb: Verb;
  readonly item: Observed;
  readonly cause: string;
}

/**
 * One step that may run now, in any order with the others of its plan. Its cause says why, for people. To `prepare` a
 * workload is to make it without starting it.
 */
export type Action =
  Grow<'create'> | Grow<'prepare'> | Grow<'update'> | Grow<'start'> | Shrink<'drain'> | Shrink<'remove'>;

/** A step that cannot run yet. */
export interface Wait {
  readonly item: ItemRef;
  readonly cause: string;
  /** Work on the item is going on as planned: its present state is no trouble. */
  readonly inProgress?: true;
  /** The item whose change ends the wait, where there is one. */
  readonly on?: ItemRef;
  /** When to look again without a hint from the world; absent: at the next event or resync. */
  readonly requeueAfterMs?: number;
  /** How often the step was tried in vain; it is tried again after `requeueAfterMs`. */
  readonly attempts?: number;
}

export interface Plan {
  readonly key: ResourceKey;
  readonly actions: readonly Action[];
  readonly waits: readonly Wait[];
}

const verbs = {
  create: 'create',
  prepare: 'create',
  update: 'update',
  start: 'start ',
  drain: 'drain ',
  remove: 'remove',
} as const;

/** Why a step waits and, where it has failed, when it is tried again: no part of a status, since it changes with time. */
export function waitText({ cause, attempts, requeueAfterMs = 0 }: Wait): string {
  if (attempts === undefined) return cause;
  const tried = attempts === 1 ? 'tried once' : `tried ${attempts} times`;
  return `${cause} (${tried}, again in ${Math.ceil(requeueAfterMs / 1_000)} s)`;
}

/** The dry run as printed: a block per resource that has something to do, and the sum. */
export function formatPlans(plans: readonly Plan[]): string {
  const blocks = plans.filter((plan) => plan.actions.length + plan.waits.length > 0).map(formatPlan);
  return [...blocks, formatSum(plans)].join('\n');
}

function formatPlan(plan: Plan): string {
  const lines = [
    ...plan.actions.map(({ verb, item, cause }) => [`${verbs[verb]} ${item.type} ${item.id}`, cause] as const),
    ...plan.waits.map((wait) => [`wait   ${wait.item.type} ${wait.item.id}`, waitText(wait)] as const),
  ];
  const width = Math.max(...lines.map(([what]) => what.length));
  return [displayKey(plan.key), ...lines.map(([what, cause]) => `  ${what.padEnd(width)}   ${cause}`)].join('\n');
}

function formatSum(plans: readonly Plan[]): string {
  const actions = plans.flatMap((plan) => plan.actions);
  const count = (...wanted: readonly Action['verb'][]): number =>
    actions.filter(({ verb }) => wanted.includes(verb)).length;
  const waiting = plans.reduce((sum, plan) => sum + plan.waits.length, 0);
  return `${count('create', 'prepare')} to create, ${count('update', 'start')} to update, ${count('remove', 'drain')} to remove, ${waiting} waiting`;
}
