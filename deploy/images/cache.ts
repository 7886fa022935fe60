import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const inFlight = new Map<string, Promise<string>>();

/** Where downloads and layers are kept between builds; it may be removed at any time. */
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

async function fill(target: string, make: (directory: string) => Promise<void>, refresh: boolean): Promise<string> {
  if (!refresh && (await exists(target))) return target;
  const parent = join(target, '..');
  await mkdir(parent, { recursive: true });
  const temporary = await mkdtemp(join(parent, '.part-'));
  try {
    await make(temporary);
    if (refresh) await discard(target);
    await rename(temporary, target).catch(async (cause: unknown) => {
      if (!(await exists(target))) throw cause;
    });
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Moves away before it deletes: a half-deleted folder must never look like a whole one. */
async function discard(target: string): Promise<void> {
  if (!(await exists(target))) return;
  const parent = join(target, '..');
  const trash = await mkdtemp(join(parent, '.part-'));
  await rename(target, join(trash, 'old'));
  await rm(trash, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
