import type { ConditionDraft } from './condition.ts';
import { hashOf } from './hash.ts';
import { appended, inForce, released, type History, type Revision } from './history.ts';
import { Refusal } from './refusal.ts';
import { parseKey } from './resource.ts';
import { describeChange } from './spec-change.ts';

/**
 * Puts an earlier revision in force again, under a new number. It holds until the manifest declares something else; for
 * a paused resource until it is resumed.
 * @param to its number; without it the last one before the present that served
 * @param declared what the manifest declares now
 * @throws Refusal if there is none, or it is in force already
 */
export function rollBack(history: History, to: number | undefined, declared: unknown, now: string): History {
  const current = inForce(history);
  const target = to === undefined ? lastServed(history) : numbered(history, to);
  if (target.hash === current?.hash)
    throw new Refusal(
      'conflict',
      `revision ${current.number} has the same content as revision ${target.number}: there is nothing to go back to`,
    );
  const { content, origin } = target;
  const next = appended(history, { content, origin, cause: `rollback to ${target.number}` }, now);
  if (next.hold?.reason === 'Paused') return next;
  return target.hash === hashOf(declared)
    ? released(next)
    : { ...next, hold: { reason: 'RolledBack', since: now, declared } };
}

/** Keeps the revision in force whatever the manifest declares. @throws Refusal if that is so already */
export function pause(history: History, declared: unknown, now: string): History {
  if (history.hold?.reason === 'Paused')
    throw new Refusal('conflict', `${nameOf(history)} is paused already; mcpnet resume ${nameOf(history)} ends that`);
  return { ...history, hold: { reason: 'Paused', since: now, declared } };
}

/** Lets the manifest decide again, after a pause or a rollback. @throws Refusal if it does */
export function resume(history: History): History {
  if (!history.hold)
    throw new Refusal('conflict', `${nameOf(history)} is neither paused nor rolled back: its manifest is in force`);
  return released(history);
}

/** Tells that the manifest does not decide, what is in force instead, and what ends that. */
export function heldCondition(history: History, declared: unknown): ConditionDraft | undefined {
  const [current, name] = [inForce(history), nameOf(history)];
  if (!history.hold || !current) return undefined;
  const { reason } = history.hold;
  const what =
    current.hash === hashOf(declared)
      ? `revision ${current.number} is in force, as declared`
      : `revision ${current.number} (${current.cause}) is in force, not what is declared: ${describeChange(current.content, declared)}`;
  const end =
    reason === 'Paused'
      ? `changes wait for: mcpnet resume ${name}`
      : `it ends when the manifest changes, or by: mcpnet resume ${name}`;
  return { type: 'Held', status: 'True', reason, message: `${what}; ${end}` };
}

function lastServed(history: History): Revision {
  const current = inForce(history);
  const found = history.revisions.findLast(({ servedAt, hash }) => servedAt !== undefined && hash !== current?.hash);
  if (found) return found;
  throw new Refusal(
    'unknown',
    `no other revision of ${nameOf(history)} has ever served; mcpnet history ${nameOf(history)} lists them, --to names one`,
  );
}

function numbered(history: History, to: number): Revision {
  const found = history.revisions.find(({ number }) => number === to);
  if (found) return found;
  const kept = history.revisions.map(({ number }) => number).join(', ');
  throw new Refusal('unknown', `there is no revision ${to} of ${nameOf(history)}; there are: ${kept}`);
}

function nameOf({ key }: History): string {
  return parseKey(key).name;
}
