import { bind, describeLate, type Lookup } from './bind.ts';
import type { DiffInput } from './diff-input.ts';
import { driftOf } from './drift.ts';
import { itemKey, type DesiredItem, type Observed } from './item.ts';
import type { Action, Plan, Wait } from './plan.ts';
import { planRemovals } from './removal.ts';
import { roomFor, type Room } from './room.ts';
import { isAdopted, sameHash } from './satisfied.ts';

/**
 * Compares what should be with what is. Grows before it shrinks: `planRemovals` lets nothing go that what remains
 * cannot replace. Pure; a plan for a converged world is empty.
 */
export function diff(input: DiffInput): Plan {
  const actions: Action[] = [];
  const waits: Wait[] = [];
  const room = new Map<string, Room>();

  for (const item of input.desired) {
    const step = growthStep(item, input, room);
    if (step && 'verb' in step) actions.push(step);
    else if (step) waits.push(step);
  }
  const removals = planRemovals(input);
  return { key: input.key, actions: [...actions, ...removals.actions], waits: [...waits, ...removals.waits] };
}

function growthStep(item: DesiredItem, input: DiffInput, room: Map<string, Room>): Action | Wait | undefined {
  const { lookup } = input;
  const step = input.busy.get(itemKey(item));
  if (step) return { item, cause: `${step.verb} is under way`, inProgress: true };
  const observed = lookup(item);
  if (observed && isAdopted(item, observed)) return undefined;
  if (observed?.phase === 'foreign')
    return { item, cause: observed.message ?? 'exists and is not ours', requeueAfterMs: 5_000 };

  const stale = routesToDead(item, observed, lookup);
  if (stale) return stale;
  const unmet = item.needs.find((need) => !isReady(lookup(need), need.ours === true));
  const keepsServing = observed !== undefined && item.type !== 'server' && item.type !== 'registration';
  if (unmet && !keepsServing)
    return { item, cause: `needs ${unmet.type} ${unmet.id}${phaseNote(lookup(unmet))}`, on: unmet };
  const result = bind(item, lookup);
  if ('unbound' in result) return { item, cause: `needs the ${describeLate(result.unbound)}`, on: result.unbound.late };
  if (!observed) return createStep(result.bound, input, room);
  if (item.type === 'backend' && !sameHash(result.bound, observed) && !isWantedBySomeReady(input))
    return { item, cause: 'changes when a replica that it is to lead to is ready' };
  return changeStep(result.bound, observed, input);
}

function createStep(item: DesiredItem, input: DiffInput, room: Map<string, Room>): Action | Wait {
  if (item.type !== 'workload') return { verb: 'create', item, cause: 'does not exist' };
  const { group } = item;
  const { left, rival } = room.get(group.name) ?? roomFor(item, input);
  room.set(group.name, { left: left - 1, rival });
  if (group.exclusive && rival !== undefined)
    return left > 0
      ? { verb: 'prepare', item, cause: `takes the place of ${rival}` }
      : { item, cause: `waits for room: ${rival} is still there` };
  if (left <= 0)
    return { item, cause: `waits for room: ${group.replicas} replicas and ${group.maxSurge} more are the limit` };
  return { verb: 'create', item, cause: `replica ${item.spec.replica} of ${group.replicas} is missing` };
}

function changeStep(item: DesiredItem, observed: Observed, input: DiffInput): Action | Wait | undefined {
  if (!sameHash(item, observed)) {
    const cause = observed.fields['drift'] ?? `hash ${observed.hash || 'unknown'} -> ${item.hash}`;
    return { verb: 'update', item, observed, cause };
  }
  const drift = item.type === 'workload' ? driftOf(item, observed) : undefined;
  if (drift !== undefined) return { verb: 'update', item, observed, cause: drift };
  switch (observed.phase) {
    case 'ready':
    case 'foreign':
      return undefined;
    case 'stopped': {
      const rival = item.type === 'workload' && item.group.exclusive ? roomFor(item, input).rival : undefined;
      if (rival !== undefined)
        return { item, cause: `starts when ${rival} is gone`, inProgress: true, on: { type: 'workload', id: rival } };
      return { verb: 'start', item, observed, cause: observed.message ?? 'is stopped' };
    }
    case 'draining':
      return { verb: 'update', item, observed, cause: 'is wanted again' };
    case 'starting':
      return { item, cause: observed.message ?? 'is not ready yet' };
    case 'failed':
      return { item, cause: observed.message ?? 'failed', requeueAfterMs: 5_000 };
  }
}

/**
 * A server or registration of a workload that no longer runs goes at once; it comes back with the workload. So does one
 * of a workload that starts anew: by now a stranger may stand at the old address and pass its checks.
 */
function routesToDead(item: DesiredItem, observed: Observed | undefined, lookup: Lookup): Action | undefined {
  if (!observed || !item.workload) return undefined;
  const workload = lookup({ type: 'workload', id: item.workload });
  if (workload?.phase === 'ready') return undefined;
  // A server names the very start of its container, a registration only the address.
  const place = observed.fields['instance'] === undefined ? 'address' : 'instance';
  const [from, to] = [observed.fields[place], workload?.fields[place]];
  const hasMoved = from !== undefined && to !== undefined && from !== to;
  if (workload?.phase === 'starting' && !hasMoved) return undefined;
  const what = !workload ? 'is gone' : workload.phase === 'starting' ? 'has moved' : `is ${workload.phase}`;
  return { verb: 'remove', item: observed, cause: `workload ${item.workload} ${what}` };
}

/** A backend leads to the old replicas until a new one is proven: its path and checks are those of what serves. */
function isWantedBySomeReady({ desired, lookup }: DiffInput): boolean {
  const workloads = desired.filter(({ type }) => type === 'workload');
  return workloads.length === 0 || workloads.some((item) => lookup(item)?.phase === 'ready');
}

/** A foreign network will do where it may be adopted. */
function isReady(observed: Observed | undefined, mustBeOurs: boolean): boolean {
  if (observed?.phase === 'foreign') return observed.type === 'network' && !mustBeOurs;
  return observed?.phase === 'ready';
}

function phaseNote(observed: Observed | undefined): string {
  return observed ? ` (${observed.message ?? observed.phase})` : '';
}

export type { DiffInput } from './diff-input.ts';
