import type { Family } from './exposition.ts';

/** Keeps the first series of all families together; a family that is cut keeps its name, so that its absence is no news. */
export function bounded(families: readonly Family[], most: number): { families: Family[]; dropped: number } {
  let left = most;
  let dropped = 0;
  const kept = families.map((family) => {
    const samples = family.samples.length <= left ? family.samples : family.samples.slice(0, left);
    left -= samples.length;
    dropped += family.samples.length - samples.length;
    return samples === family.samples ? family : { ...family, samples };
  });
  return { families: kept, dropped };
}
