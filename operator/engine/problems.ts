import type { ManifestProblem, Snapshot } from '../ports/source.ts';
import { Store } from './store.ts';

/** Everything wrong with manifests that stand alone: syntax, schema, and what is declared twice. */
export function problemsIn(snapshot: Snapshot): readonly ManifestProblem[] {
  const store = new Store({ allowEmpty: true });
  store.apply(snapshot, false);
  return store.problems;
}
