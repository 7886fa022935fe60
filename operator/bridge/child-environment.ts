import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Node ends with this code when it does not know an option (Node.js manual, "Exit codes"), as older ones do with ours. */
export const unknownOptionExitCode = 9;

/**
 * What a session's process gets beside the bridge's own environment, for many of its kind run side by side. A variable
 * that is set, be it empty, stays as it is. Programs that are not Node or do not use glibc do not know these names.
 *
 * - `NODE_OPTIONS`: a young generation of 1 MiB instead of up to 16, and one helper thread instead of four: what one
 *   client asks for needs no more.
 * - `MALLOC_ARENA_MAX`: a process with few threads needs few heaps.
 * - `NODE_COMPILE_CACHE`: the first process compiles, the next ones read (Node 22.1 and later).
 */
export function thriftyEnvironment(own: Environment): Environment {
  const cache = own['NODE_COMPILE_CACHE'] === undefined ? compileCache() : undefined;
  return {
    NODE_OPTIONS: '--max-semi-space-size=1 --v8-pool-size=1',
    MALLOC_ARENA_MAX: '2',
    ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
    ...own,
  };
}

/** A folder that nobody else could have prepared, for what is in it is run. It goes with this process. */
function compileCache(): string | undefined {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'mcpnet-compile-cache-'));
    process.once('exit', () => remove(folder));
    return folder;
  } catch {
    // Nowhere to write: each process compiles for itself, as it would without us.
    return undefined;
  }
}

/** A server that is just being killed may still write to it; what then remains must not change how the bridge exits. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It lies in a folder for temporary files.
  }
}
