import { itemKey } from '../../operator/core/item.ts';
import type { ResourceKey } from '../../operator/core/resource.ts';
import { isSatisfied } from '../../operator/core/satisfied.ts';
import { Passes } from '../../operator/engine/passes.ts';
import type { Pass } from '../../operator/engine/reconcile.ts';
import type { Harness } from '../fakes/harness.ts';

type Tell = (breach: string) => void;

let watched: { readonly harness: Harness; readonly tell: Tell } | undefined;
const running = new WeakMap<Passes, Set<ResourceKey>>();

/**
 * From now on the passes of this harness's operators are watched, and those of no other: no key is passed over twice at
 * once, and no plan has more than two steps for every item that differs. An item differs if it is desired and not as
 * desired, or owned and not desired, in the eyes of the operator when it planned.
 */
export function watchPasses(harness: Harness, tell: Tell): void {
  watched = { harness, tell };
}

const run: (this: Passes, key: ResourceKey) => unknown = Passes.prototype.run;
Passes.prototype.run = function (this: Passes, key: ResourceKey): void {
  const { harness, tell } = watched ?? {};
  if (!harness || !tell) {
    run.call(this, key);
    return;
  }
  const keys = running.get(this) ?? new Set();
  running.set(this, keys);
  if (keys.has(key)) tell(`passed over twice at once: ${key}`);
  keys.add(key);
  const before = harness.world.actions.length;
  const passed = run.call(this, key);
  const steps = harness.world.actions.slice(before).map(({ item }) => itemKey(item));
  if (steps.length > 0) judge(key, steps, this.plan(key), harness, tell);
  // A pass takes no time today; one that did would be watched to its end.
  void Promise.resolve(passed).finally(() => keys.delete(key));
  if (!(passed instanceof Promise)) keys.delete(key);
};

function judge(key: ResourceKey, steps: readonly string[], { desire }: Pass, { operator }: Harness, tell: Tell): void {
  const { observation } = operator;
  const desired = 'items' in desire ? desire.items : [];
  const wanted = new Set(desired.map(itemKey));
  const lacking = desired.filter((item) => !isSatisfied(item, (ref) => observation.get(ref)));
  const surplus = observation.owned(key).filter((item) => !wanted.has(itemKey(item)));
  const differing = lacking.length + surplus.length;
  if (steps.length > 2 * differing) tell(`a plan of ${steps.length} steps for ${differing} items that differ: ${key}`);
  if (new Set(steps).size < steps.length) tell(`one plan acts on an item twice: ${key}: ${steps.join(', ')}`);
}
