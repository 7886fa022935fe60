import type { DesiredItem } from '../../operator/core/item.ts';
import type { Driver } from '../../operator/ports/driver.ts';

/** One type of items of one driver, and what other people can do to them. */
export interface Subject {
  readonly driver: Driver;
  /** A bound item whose needs are met; another name gives another item. */
  item(name: string): DesiredItem;
  /** The same item with other content, for types whose content is updated in place. */
  changed?(item: DesiredItem): DesiredItem;
  /** The same item in another place, for types that have places. */
  moved?(item: DesiredItem): DesiredItem;
  /** Somebody else's thing where the item would be. */
  obstruct?(item: DesiredItem): Promise<void>;
  /** Somebody else's thing elsewhere; tells its id and whether it is still there. */
  foreign?(): Promise<{ readonly id: string; survives(): Promise<boolean> }>;
  /** Somebody undoes the item by hand. */
  undo(item: DesiredItem): Promise<void>;
  /** What somebody may change about it, by what is changed, and what the driver takes back by an `update`. */
  readonly tamper?: Readonly<Record<string, (item: DesiredItem) => Promise<unknown>>>;
  /** Somebody stops it. */
  stop?(item: DesiredItem): Promise<void>;
  /** An item that dies by itself a moment after its start. */
  mortal?(): DesiredItem;
  readonly drains?: boolean;
}

export interface Bench {
  readonly subjects: Readonly<Record<string, () => Subject>>;
  setUp?(): Promise<void>;
  tearDown?(): Promise<void>;
  /** Makes what the items of all subjects need. */
  prepare(): Promise<void>;
  /** Removes everything that a test has made, whoever made it. */
  clean(): Promise<void>;
  /** Lets time pass where it does not by itself. */
  breathe?(): Promise<void>;
}
