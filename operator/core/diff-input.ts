import type { Lookup } from './bind.ts';
import type { DesiredItem, ItemKey, Observed } from './item.ts';
import type { Action } from './plan.ts';
import type { ResourceKey } from './resource.ts';

/** What one pass compares. */
export interface DiffInput {
  readonly key: ResourceKey;
  readonly desired: readonly DesiredItem[];
  /** Every observed item that this key owns. */
  readonly owned: readonly Observed[];
  /** Any observed item, whoever owns it. */
  readonly lookup: Lookup;
  /** Items with an action under way; they are waited for, never acted on twice. */
  readonly busy: ReadonlyMap<ItemKey, Action>;
  readonly nowMs: number;
}
