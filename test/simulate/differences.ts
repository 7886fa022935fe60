import { isDeepStrictEqual } from 'node:util';
import { itemKey, type Observed } from '../../operator/core/item.ts';

/** How many items are in one of two snapshots of a world only, or not the same in both. */
export function differences(before: readonly Observed[], after: readonly Observed[]): number {
  const [one, other] = [byKey(before), byKey(after)];
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (key) => !isDeepStrictEqual(one.get(key), other.get(key)),
  ).length;
}

function byKey(items: readonly Observed[]): Map<string, Observed> {
  return new Map(items.map((item) => [itemKey(item), item]));
}
