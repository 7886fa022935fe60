import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const ABANDONED_AFTER_MS = 24 * 3_600_000;
const inFlight = new Map<string, Promise<string>>();

/** Where downloads are kept between builds; it may be removed at any time. */
export function cacheRoot(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mcpnet', 'images');
}

/**
 * The folder `<cache>/<kind>/<key>`, made by `make` if it is not there yet. `make` fills a folder of its own that is
 * then renamed, so an interrupted build leaves nothing half done and two builds at once cannot mix: the first one wins.
 */
export function cached(
  kind: string,
  key: string,
  make: (directory: string) => Promise<void>,
  options: { refresh?: boolean } = {},
): Promise<string> {
  const target = join(cacheRoot(), kind, key);
  const running = inFlight.get(target);
  if (running !== undefined) return running;
  const filling = fill(target, make, options.refresh ?? false);
  inFlight.set(target, filling);
  filling.catch(() => inFlight.delete(target));
  return filling;
}

/** A folder that is gone when `use` ends; on the cache's disk, because /tmp is often memory. */
export async function withTemporaryFolder<T>(use: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(cacheRoot(), { recursive: true });
  await sweepAbandoned();
  const directory = await mkdtemp(join(cacheRoot(), '.part-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(target: string, make: (directory: string) => Promise<void>, refresh: boolean): Promise<string> {
  if (!refresh && (await exists(target))) return target;
  await mkdir(join(target, '..'), { recursive: true });
  return withTemporaryFolder(async (temporary) => {
    const made = join(temporary, 'made');
    await mkdir(made);
    await make(made);
    // Away in one step, then deleted with the temporary folder: a half-deleted folder must never look like a whole one.
    if (refresh) await rename(target, join(temporary, 'old')).catch(() => {});
    await rename(made, target).catch(async (cause: unknown) => {
      if (!(await exists(target))) throw cause;
    });
    return target;
  });
}

/** What a killed build left behind. */
async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(cacheRoot())) {
    if (!name.startsWith('.part-')) continue;
    const path = join(cacheRoot(), name);
    const facts = await stat(path).catch(() => undefined);
    const isAbandoned = facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_AFTER_MS;
    if (isAbandoned) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
