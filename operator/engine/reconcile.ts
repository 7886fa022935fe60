import type { Lookup } from '../core/bind.ts';
import { diff } from '../core/diff.ts';
import { itemKey, type DesiredItem, type ItemKey, type Observed } from '../core/item.ts';
import type { Desire } from '../core/kind.ts';
import type { Plan } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compiler } from './compile.ts';
import type { Executor } from './execute.ts';
import type { Observation } from './observation.ts';
import type { Probation } from './probation.ts';
import type { Prober } from './prober.ts';

export interface ReconcilerDeps {
  readonly compiler: Compiler;
  readonly observation: Observation;
  readonly executor: Executor;
  readonly prober: Prober;
  readonly probation: Probation;
  readonly clock: Clock;
}

export interface Pass {
  readonly desire: Desire;
  readonly plan: Plan;
}

/** One look at one key: desire, observe, bind, diff. Reads nothing but memory, so a pass takes microseconds. */
export function planKey(
  key: ResourceKey,
  { compiler, observation, executor, probation, clock }: Omit<ReconcilerDeps, 'prober'>,
): Pass {
  const desire = compiler.desire(key);
  if ('blocked' in desire) return { desire, plan: { key, actions: [], waits: [] } };
  const lookup: Lookup = (ref) => observation.get(ref);
  const ours = withoutShared(key, desire.items, observation.owned(key), compiler);
  const { owned, waits } = probation.judge(key, desire.items, ours, lookup, clock.now());
  const plan = diff({ key, desired: desire.items, owned, lookup, busy: executor.busy, nowMs: clock.now() });
  return { desire, plan: executor.defer({ ...plan, waits: [...plan.waits, ...waits] }) };
}

/** Several networks use one volume of the bridge; whoever made it leaves it to those that still want it. */
function withoutShared(
  key: ResourceKey,
  desired: readonly DesiredItem[],
  owned: readonly Observed[],
  compiler: Compiler,
): readonly Observed[] {
  const wanted = new Set(desired.map(itemKey));
  const isSpare = (item: Observed): boolean =>
    (item.type === 'network' || item.type === 'volume') && !wanted.has(itemKey(item));
  if (!owned.some(isSpare)) return owned;
  const elsewhere = compiler.desiredBeside(key);
  return owned.filter((item) => !isSpare(item) || !elsewhere.has(itemKey(item)));
}

/** Plans a key, starts what can start, and has what runs unproven probed. */
export function reconcile(key: ResourceKey, deps: ReconcilerDeps): Pass {
  const pass = planKey(key, deps);
  for (const action of pass.plan.actions) deps.executor.start(key, action);
  probeWhatStarts(pass.desire, deps);
  countWhatDrains(key, deps);
  forgetWhatIsWell(key, pass, deps);
  return pass;
}

function probeWhatStarts(desire: Desire, { observation, prober }: ReconcilerDeps): void {
  if ('blocked' in desire) return;
  for (const item of desire.items) {
    if (item.type !== 'workload') continue;
    const observed = observation.get(item);
    if (observed && observed.phase !== 'stopped') prober.ensure(item, observed);
  }
}

/** Proves what runs without an operator that would go on probing it. */
export async function probeOnce(desire: Desire, observation: Observation, prober: Prober): Promise<void> {
  if ('blocked' in desire) return;
  await Promise.all(
    desire.items.map(async (item) => {
      const observed = item.type === 'workload' ? observation.get(item) : undefined;
      if (item.type === 'workload' && observed) await prober.once(item, observed);
    }),
  );
}

function countWhatDrains(key: ResourceKey, { observation, prober }: ReconcilerDeps): void {
  for (const item of observation.owned(key)) {
    if (item.type === 'server' && item.phase === 'draining' && item.fields['countsSessions'] === 'true')
      prober.count(item);
  }
}

/** An old failure of an item that the plan has no more to say about is over. */
function forgetWhatIsWell(key: ResourceKey, { desire, plan }: Pass, { executor, observation }: ReconcilerDeps): void {
  const open = new Set<ItemKey>([...plan.actions, ...plan.waits].map(({ item }) => itemKey(item)));
  const items = 'items' in desire ? [...desire.items, ...observation.owned(key)] : [];
  for (const item of items) if (!open.has(itemKey(item))) executor.forget(itemKey(item));
}
