import type Docker from 'dockerode';
import PQueue from 'p-queue';
import { buildImage, type HashedRecipe } from './build-image.ts';
import { catalog } from './catalog.ts';
import { contentInputs } from './contents.ts';
import { inspectImage, removeSuperseded } from './image-store.ts';
import { recipeHash, type Architecture, type Recipe } from './recipe.ts';

export interface ImageProgress {
  readonly image: string;
  readonly phase: 'present' | 'building' | 'built';
  readonly durationMs: number;
  /** Size on disk with its base's layers; 0 while building. */
  readonly bytes: number;
}

export interface EnsureOptions {
  readonly docker: Docker;
  readonly onProgress?: (progress: ImageProgress) => void;
  /** Build what was named (not its base) even if it is present, from packages downloaded anew. */
  readonly rebuild?: boolean;
  readonly architecture?: Architecture;
}

/** More at once gains nothing on the small machines this runs on: unpacking and Docker's own work fill them. */
const PARALLEL_BUILDS = 2;

/**
 * Makes sure that the named images are in Docker, built from the recipes of this checkout. An image that carries its
 * recipe's hash is left as it is. Names are full references, names without `mcpnet/` or `mcpnet-test/`, or the sets `default`, `extra`,
 * `cluster`, `test`, `all`. Idempotent; rejects with the first failure after the others in flight have ended.
 */
export async function ensureImages(names: readonly string[], options: EnsureOptions): Promise<void> {
  const architecture = options.architecture ?? hostArchitecture();
  const queue = new PQueue({ concurrency: PARALLEL_BUILDS });
  const recipes = catalog();
  const selected = new Set(selectImages(recipes, names));
  const hashed = new Map<string, Promise<HashedRecipe>>();
  const ensured = new Map<string, Promise<void>>();

  const hash: Lookup<HashedRecipe> = memoized(hashed, async (name) => {
    const recipe = findRecipe(recipes, name);
    const base = recipe.from === undefined ? undefined : await hash(recipe.from);
    const inputs = await contentInputs(recipe);
    return { recipe, inputs, hash: recipeHash(recipe, { architecture, baseHash: base?.hash, inputs }) };
  });

  const ensure: Lookup<void> = memoized(ensured, async (name) => {
    const wanted = await hash(name);
    const report = (progress: Omit<ImageProgress, 'image'>): void => options.onProgress?.({ image: name, ...progress });
    const refresh = (options.rebuild ?? false) && selected.has(name);
    const present = await inspectImage(options.docker, name);
    if (!refresh && present !== undefined && present.hash === wanted.hash) {
      return report({ phase: 'present', durationMs: 0, bytes: present.bytes });
    }
    if (wanted.recipe.from !== undefined) await ensure(wanted.recipe.from);
    const build = async (): Promise<void> => {
      const startedAt = performance.now();
      report({ phase: 'building', durationMs: 0, bytes: 0 });
      await buildImage(options.docker, wanted, { architecture, refresh });
      const built = await inspectImage(options.docker, name);
      if (present !== undefined && present.id !== built?.id) await removeSuperseded(options.docker, present);
      report({ phase: 'built', durationMs: performance.now() - startedAt, bytes: built?.bytes ?? 0 });
    };
    // Bases first: the more can then be done side by side.
    await queue.add(build, { priority: recipes.some((recipe) => recipe.from === name) ? 1 : 0 });
  });

  const results = await Promise.allSettled(
    [...selected].map((name) =>
      ensure(name).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`cannot build image ${name}: ${reason}`, { cause });
      }),
    ),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** Full references for names as people type them, in the catalog's order. */
export function selectImages(recipes: readonly Recipe[], names: readonly string[]): readonly string[] {
  const wanted = new Set(
    names.flatMap((name) => {
      const inSet = recipes.filter((recipe) => name === 'all' || recipe.set === name);
      return inSet.length > 0 ? inSet.map((recipe) => recipe.name) : [findRecipe(recipes, name).name];
    }),
  );
  return recipes.map((recipe) => recipe.name).filter((name) => wanted.has(name));
}

function findRecipe(recipes: readonly Recipe[], name: string): Recipe {
  const fullNames = [name, `mcpnet/${name}`, `mcpnet-test/${name}`];
  const found = recipes.find((recipe) => fullNames.includes(recipe.name));
  if (found !== undefined) return found;
  const known = recipes.map((recipe) => recipe.name.replace(/^mcpnet\//, '')).join(', ');
  throw new Error(`no recipe for image "${name}"; there are ${known}, and the sets default, extra, cluster, test, all`);
}

function hostArchitecture(): Architecture {
  return process.arch === 'arm64' ? 'arm64' : 'amd64';
}

type Lookup<T> = (name: string) => Promise<T>;

function memoized<T>(memory: Map<string, Promise<T>>, make: Lookup<T>): Lookup<T> {
  return (name) => {
    const known = memory.get(name);
    if (known !== undefined) return known;
    const made = make(name);
    memory.set(name, made);
    return made;
  };
}
