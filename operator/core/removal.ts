import { driftFields } from './drift.ts';
import type { DiffInput } from './diff-input.ts';
import { itemKey, type DesiredItem, type Observed, type WorkloadGroup } from './item.ts';
import type { Action, Wait } from './plan.ts';
import { isSatisfied } from './satisfied.ts';

interface Removals {
  readonly actions: readonly Action[];
  readonly waits: readonly Wait[];
}

const drainPollMs = 500;

/**
 * What may go now. Behind a workload the order is server (drained) -> registration -> workload; what carries no
 * workload (backends, networks, volumes) goes once everything desired is there.
 */
export function planRemovals(input: DiffInput): Removals {
  const wanted = new Set(input.desired.map(itemKey));
  const surplus = input.owned.filter((item) => !wanted.has(itemKey(item)) && item.phase !== 'foreign');
  const steps = [
    ...surplusWorkloads(surplus).flatMap((workload) => workloadStep(workload, surplus, input)),
    ...surplus
      .filter(({ type, workload }) => type !== 'workload' && workload === undefined)
      .map((item) => structureStep(item, surplus, input)),
  ].filter((step) => !input.busy.has(itemKey(step.item)));
  return {
    actions: steps.filter((step): step is Action => 'verb' in step),
    waits: steps.filter((step): step is Wait => !('verb' in step)),
  };
}

/** Ids of workloads that should go, or of which something is left. */
function surplusWorkloads(surplus: readonly Observed[]): string[] {
  return [...new Set(surplus.flatMap((item) => (item.type === 'workload' ? item.id : (item.workload ?? []))))].sort();
}

function workloadStep(id: string, surplus: readonly Observed[], input: DiffInput): (Action | Wait)[] {
  const of = (type: Observed['type']): Observed | undefined =>
    surplus.find((item) => item.type === type && (item.type === 'workload' ? item.id : item.workload) === id);
  const [server, registration, workload] = [of('server'), of('registration'), of('workload')];

  if (workload && !mayGo(workload, server, surplus, input)) {
    const isExclusive = groupOf(workload, input)?.exclusive === true;
    const cause = isExclusive ? 'serves until its replacement can start' : 'serves until its replacement does';
    return [{ item: workload, cause }];
  }
  if (server) return removeServer(server, isInTheWay(workload, input), surplus, input);
  const next = registration ?? workload;
  return next ? [{ verb: 'remove', item: next, cause: removalCause(input) }] : [];
}

/**
 * A serving workload may go if enough others serve without it. One that has never proven itself is in nobody's way; one
 * that is proven but not routed may be all there is (the balancer has just lost its state), so it waits as well.
 */
function mayGo(
  workload: Observed,
  server: Observed | undefined,
  surplus: readonly Observed[],
  input: DiffInput,
): boolean {
  const group = groupOf(workload, input);
  if (!group || server?.phase === 'draining') return true;
  // What is stopped holds no place; what runs keeps its own until what takes it has been made.
  if (group.exclusive)
    return workload.phase === 'stopped' || membersOf(group, input).every((item) => input.lookup(item));
  // One that is out of reach cannot prove itself.
  const isSilent = workload.fields[driftFields.detached] !== undefined;
  if (!server && workload.phase !== 'ready' && !isSilent) return true;
  const replacements = membersOf(group, input).filter((item) => servesFully(item, input)).length;
  const others = surplus.filter((item) => item.type === 'workload' && item.fields['group'] === group.name);
  const serving = idsOf(others.filter((item) => isServing(item, surplus, input)));
  const spare = replacements + serving.length - group.replicas;
  const rank = serving.indexOf(workload.id);
  if (rank >= 0) return rank < spare;
  // What has no route adds nothing; as many are kept as are lacking, while they might be all there is.
  const unrouted = idsOf(others.filter(({ id, phase }) => phase === 'ready' && !serverOf(id, surplus)));
  return spare >= 0 || replacements > 0 || unrouted.indexOf(workload.id) >= -spare;
}

function idsOf(workloads: readonly Observed[]): string[] {
  return workloads.map(({ id }) => id).sort();
}

function serverOf(workload: string, surplus: readonly Observed[]): Observed | undefined {
  return surplus.find(({ type, workload: of }) => type === 'server' && of === workload);
}

/** The group of the wanted workloads that this one is a surplus of; undefined where none is wanted. */
function groupOf({ fields }: Observed, { desired }: DiffInput): WorkloadGroup | undefined {
  return desired.flatMap((item) =>
    item.type === 'workload' && item.group.name === fields['group'] ? [item.group] : [],
  )[0];
}

function membersOf({ name }: WorkloadGroup, { desired }: DiffInput): DesiredItem[] {
  return desired.filter((item) => item.type === 'workload' && item.group.name === name);
}

/** Whether another waits for its place: then sessions do not hold it up, for all that waits is refused meanwhile. */
function isInTheWay(workload: Observed | undefined, input: DiffInput): boolean {
  const group = workload && groupOf(workload, input);
  return group?.exclusive === true && membersOf(group, input).some((item) => input.lookup(item)?.phase === 'stopped');
}

/** One that is just being taken away, or whose server is, serves no longer, whatever was last seen of it. */
function isServing(workload: Observed, surplus: readonly Observed[], { busy }: DiffInput): boolean {
  const server = serverOf(workload.id, surplus);
  const isGoing = (item: Observed): boolean => ['drain', 'remove'].includes(busy.get(itemKey(item))?.verb ?? '');
  return server?.phase === 'ready' && !isGoing(server) && !isGoing(workload);
}

/** The workload and everything that hangs on it, as desired. */
function servesFully(workload: DesiredItem, input: DiffInput): boolean {
  return input.desired.every((item) => {
    const belongs = itemKey(item) === itemKey(workload) || (item.workload === workload.id && item.type === 'server');
    const isDown = item.type === 'server' && input.lookup(item)?.fields['health'] === 'DOWN';
    return !belongs || (isSatisfied(item, input.lookup) && !isDown && !input.busy.has(itemKey(item)));
  });
}

function removeServer(
  server: Observed,
  isUrgent: boolean,
  surplus: readonly Observed[],
  input: DiffInput,
): (Action | Wait)[] {
  // A surplus backend takes its servers along.
  if (surplus.some(({ type, id }) => type === 'backend' && id === server.fields['backend'])) return [];
  const drainTimeoutMs = isUrgent ? 0 : Number(server.fields['drainTimeoutMs'] ?? 0);
  const sinceMs = Number(server.fields['drainingSinceMs'] ?? 0);
  // One that will only begin to be drained would drain until then: the clock was set back.
  const drains = server.phase === 'draining' && sinceMs <= input.nowMs;
  if (!drains && drainTimeoutMs > 0 && server.fields['health'] !== 'DOWN') {
    return [{ verb: 'drain', item: server, cause: removalCause(input) }];
  }
  const leftMs = sinceMs + drainTimeoutMs - input.nowMs;
  const sessions = server.fields['sessions'];
  if (server.phase === 'draining' && leftMs > 0 && sessions !== '0') {
    const count = sessions === undefined ? 'sessions cannot be counted' : `${sessions} sessions`;
    return [
      {
        item: server,
        cause: `drains for at most ${Math.ceil(leftMs / 1000)} s more: ${count}`,
        requeueAfterMs: Math.min(drainPollMs, leftMs),
      },
    ];
  }
  return [{ verb: 'remove', item: server, cause: server.phase === 'draining' ? 'is drained' : removalCause(input) }];
}

function structureStep(item: Observed, surplus: readonly Observed[], input: DiffInput): Action | Wait {
  if (!input.desired.every((desired) => isSatisfied(desired, input.lookup))) {
    return { item, cause: 'goes once everything desired is there' };
  }
  const holdsWorkloads = item.type === 'network' || item.type === 'volume' || item.type === 'balancer';
  if (holdsWorkloads && surplus.some(({ type }) => type === 'workload'))
    return { item, cause: 'goes after the workloads that use it' };
  return { verb: 'remove', item, cause: removalCause(input) };
}

function removalCause(input: DiffInput): string {
  return input.desired.length === 0 ? 'its resource was removed' : 'is no longer desired';
}
