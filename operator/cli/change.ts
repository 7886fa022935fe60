import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { formatPlans, type Plan } from '../core/plan.ts';
import { displayKey, type ResourceKey } from '../core/resource.ts';
import { Store } from '../engine/store.ts';
import { silentLogger } from '../ports/logger.ts';
import type { ManifestProblem } from '../ports/source.ts';
import { EditedDirectory, type Edit } from '../sources/edited-directory.ts';
import { reportUnreachable } from './client.ts';
import { admitGiven, atDirectory, readGiven } from './given.ts';
import type { WatchedDirectory } from './watched-directory.ts';

/** Changes of a directory that are admitted, and not written yet. */
export interface Change {
  readonly directory: EditedDirectory;
  readonly edits: readonly { readonly key: ResourceKey; readonly edit: Edit }[];
}

/**
 * What applying files to a directory would change in it.
 * @throws Invalid if anything of it would not be admitted there
 */
export async function changeBy(paths: readonly string[], watched: WatchedDirectory): Promise<Change> {
  const { admitted, problems } = admitGiven(await readGiven(paths));
  if (problems.length > 0) throw new Invalid(problems);
  const directory = await EditedDirectory.open(watched.path);
  const edits: { key: ResourceKey; edit: Edit }[] = [];
  for (const given of admitted) {
    const { key } = given;
    const place = dirname(join(watched.path, directory.find(key)?.file ?? ''));
    const { value, text } = atDirectory(given, directory.find(key) ? place : watched.path);
    edits.push({ key, edit: await directory.put(key, value, text) });
  }
  const store = storeOf(directory);
  const wrong = edits.flatMap(({ key }) => store.problemsOf(key));
  if (wrong.length > 0) throw new Invalid(wrong);
  return { directory, edits };
}

/** What a directory declares with its changes. */
export function storeOf(directory: EditedDirectory): Store {
  const store = new Store({ allowEmpty: true });
  store.apply(directory.snapshot(), false);
  return store;
}

/** What an operator would do about the change, by the real state of the world. Writes nothing. */
export async function planOf(
  config: Config,
  { path, allowEmpty }: WatchedDirectory,
  directory: EditedDirectory,
): Promise<readonly Plan[]> {
  const { assemble } = await import('../assemble.ts');
  const operator = await assemble({ ...config, manifests: path, allowEmpty }, [directory.source()], silentLogger);
  const plans = await operator.plan();
  reportUnreachable(operator.unreachable);
  if (operator.store.pruneBlock !== undefined) console.error(`nothing would be removed: ${operator.store.pruneBlock}`);
  return plans;
}

export function printPlan(plans: readonly Plan[]): void {
  console.log(formatPlans(plans));
}

/** `service/files created`, as kubectl says it. */
export function formatEdits(edits: Change['edits'], isDry: boolean): string {
  return edits.map(({ key, edit }) => `${displayKey(key)} ${edit}${isDry ? ' (dry run)' : ''}`).join('\n');
}

/** Manifests that are not admitted: nothing was done. */
export class Invalid extends Error {
  readonly problems: readonly ManifestProblem[];

  constructor(problems: readonly ManifestProblem[]) {
    super(`nothing was written: ${problems.length} problem${problems.length === 1 ? '' : 's'} in the manifests`);
    this.name = 'Invalid';
    this.problems = problems;
  }
}
