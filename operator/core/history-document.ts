import { hashOf } from './hash.ts';
import { results, type History, type Hold, type Revision } from './history.ts';

const version = 1;

/** A history as it is kept. */
export function toDocument(history: History): unknown {
  return { version, ...history };
}

/**
 * A history as it was kept, perhaps by an earlier version of this program, or undefined if it is none.
 * @param complete a revision's content by today's schema, with its defaults; undefined if it is no longer valid
 */
export function fromDocument(
  document: unknown,
  complete: (key: string, content: unknown) => unknown,
): History | undefined {
  if (!isHistory(document)) return undefined;
  const { key, source, firstDeclaredAt, generation, declaredHash, revisions, hold, drained } = document;
  const declared = hold && complete(key, hold.declared);
  return {
    key,
    ...(source !== undefined && { source }),
    firstDeclaredAt,
    generation,
    declaredHash,
    drained,
    revisions: revisions.flatMap((revision) => {
      const content = complete(key, revision.content);
      return content === undefined ? [] : [{ ...revision, content, hash: hashOf(content) }];
    }),
    ...(hold && declared !== undefined && { hold: { ...hold, declared } }),
  };
}

function isHistory(value: unknown): value is History {
  return (
    isRecord(value) &&
    value['version'] === version &&
    ['key', 'firstDeclaredAt', 'declaredHash'].every((name) => typeof value[name] === 'string') &&
    Number.isInteger(value['generation']) &&
    Array.isArray(value['revisions']) &&
    value['revisions'].every(isRevision) &&
    Array.isArray(value['drained']) &&
    value['drained'].every((id) => typeof id === 'string') &&
    (value['source'] === undefined || typeof value['source'] === 'string') &&
    (value['hold'] === undefined || isHold(value['hold']))
  );
}

function isRevision(value: unknown): value is Revision {
  return (
    isRecord(value) &&
    Number.isInteger(value['number']) &&
    ['cause', 'origin', 'declaredAt'].every((name) => typeof value[name] === 'string') &&
    results.some((result) => result === value['result'])
  );
}

function isHold(value: unknown): value is Hold {
  return (
    isRecord(value) && typeof value['since'] === 'string' && ['RolledBack', 'Paused'].includes(String(value['reason']))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
