import type { ManifestProblem, Snapshot } from '../ports/source.ts';
import { Contribution } from './contribution.ts';

/** Everything wrong with manifests that stand alone: syntax, schema, and what is declared twice. */
export function problemsIn(snapshot: Snapshot): readonly ManifestProblem[] {
  const alone = new Contribution({ id: '', name: '', takesStrays: false }, () => undefined);
  alone.declarations.replaceAll(snapshot);
  return alone.problems();
}
