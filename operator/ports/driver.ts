import type { ItemRef, ItemType, Observed } from '../core/item.ts';
import type { Action } from '../core/plan.ts';

/** A hint that something changed: which item, or that anything may have. Hints may be lost, doubled or reordered. */
export type Hint = (ref: ItemRef | 'all') => void;

/**
 * Touches one part of the world. Every call has its own deadline, is idempotent and throws nothing but `Fault`.
 * "Already so" is success.
 */
export interface Driver {
  readonly name: string;
  readonly types: readonly ItemType[];
  /** Everything of our scope, and whatever foreign items a desired item could run into. */
  list(signal: AbortSignal): Promise<readonly Observed[]>;
  /** One item as it is now; undefined if it does not exist. */
  read(ref: ItemRef, signal: AbortSignal): Promise<Observed | undefined>;
  /** Carries out one action and returns the item as it is afterwards; undefined if it no longer exists. */
  apply(action: Action, signal: AbortSignal): Promise<Observed | undefined>;
  /** Hints until the signal aborts. Reconnects by itself, and hints "all" after each reconnect. */
  watch(hint: Hint, signal: AbortSignal): void;
}
