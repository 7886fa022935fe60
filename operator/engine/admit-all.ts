import { displayKey, type Origin, type ResourceKey } from '../core/resource.ts';
import type { ManifestProblem, Snapshot, SourceDocument } from '../ports/source.ts';
import { admit, type Admitted } from './admit.ts';

export interface Accepted {
  readonly admitted: Admitted;
  readonly origin: Origin;
}

export interface Admission {
  readonly accepted: ReadonlyMap<ResourceKey, Accepted>;
  readonly problems: readonly ManifestProblem[];
  /** Problems by the resource whose newest manifest has them. */
  readonly problemsByKey: ReadonlyMap<ResourceKey, readonly ManifestProblem[]>;
}

/**
 * Admits a whole snapshot. Of two documents that declare one resource, the one whose version is in force wins, else the
 * first. A problem without a resource of its own (broken syntax) is put down to what its file last declared.
 * @param inForce where the versions in force were written
 */
export function admitAll(snapshot: Snapshot, inForce: ReadonlyMap<ResourceKey, Origin>): Admission {
  const accepted = new Map<ResourceKey, Accepted>();
  const problemsByKey = new Map<ResourceKey, ManifestProblem[]>();
  const unassigned: ManifestProblem[] = [...snapshot.problems];
  const assign = (key: ResourceKey, problem: ManifestProblem): void => {
    problemsByKey.set(key, [...(problemsByKey.get(key) ?? []), problem]);
  };

  for (const document of snapshot.documents) {
    const verdict = admit(document);
    if (!verdict.ok) {
      for (const problem of verdict.problems) {
        if (verdict.key === undefined) unassigned.push(problem);
        else assign(verdict.key, problem);
      }
      continue;
    }
    const { admitted } = verdict;
    const next = { admitted, origin: originOf(document) };
    const rival = accepted.get(admitted.key);
    const [winner, loser] = rival && inForce.get(admitted.key)?.file !== document.file ? [rival, next] : [next, rival];
    accepted.set(admitted.key, winner);
    if (loser) assign(admitted.key, declaredTwice(admitted.key, loser.origin, winner.origin));
  }
  for (const problem of unassigned) {
    for (const [key, { file }] of inForce) if (file === problem.file && !accepted.has(key)) assign(key, problem);
  }
  return {
    accepted,
    problems: [...unassigned, ...[...problemsByKey.values()].flat().filter((each) => !unassigned.includes(each))],
    problemsByKey,
  };
}

function originOf(document: SourceDocument): Origin {
  return { file: document.file, line: document.locate([]).line, directory: document.directory };
}

function declaredTwice(key: ResourceKey, loser: Origin, winner: Origin): ManifestProblem {
  return {
    file: loser.file,
    line: loser.line,
    column: 1,
    path: 'metadata.name',
    message: `${displayKey(key)} is declared in ${winner.file}:${winner.line} as well`,
    remedy: 'rename or remove one of the two',
  };
}
