import type { History } from './history.ts';
import { Refusal } from './refusal.ts';

/**
 * Marks a workload as drained, so that another number takes its place.
 * @param instance its id, the end of it (`1a2b3c4d-1`), or the number of the replica
 * @param wanted ids of the workloads that should exist
 * @param existing ids of those that do
 * @throws Refusal if no workload is meant, several are, or it goes already
 */
export function drained(
  history: History,
  instance: string,
  wanted: readonly string[],
  existing: readonly string[],
): { readonly id: string; readonly history: History } {
  const means = (id: string): boolean => id === instance || id.endsWith(`-${instance}`);
  const [id, ...others] = wanted.filter(means);
  if (id !== undefined && others.length === 0)
    return { id, history: { ...history, drained: [...history.drained, id] } };
  if (id !== undefined)
    throw new Refusal('conflict', `"${instance}" may be ${[id, ...others].join(' or ')}; write more of the id`);
  const going = existing.find(means);
  if (going !== undefined) throw new Refusal('conflict', `${going} is on its way out already`);
  throw new Refusal('unknown', `there is no instance "${instance}"; there are: ${wanted.join(', ') || 'none'}`);
}

/** Forgets marks of revisions that are no longer wanted. Returns the same object if there are none. */
export function withoutOldMarks(history: History, wanted: readonly string[]): History {
  const stems = new Set(wanted.map(stemOf));
  const kept = history.drained.filter((id) => stems.has(stemOf(id)));
  return kept.length === history.drained.length ? history : { ...history, drained: kept };
}

/** An id without the number of the replica: what all replicas of one revision share. */
function stemOf(id: string): string {
  return id.slice(0, id.lastIndexOf('-'));
}
