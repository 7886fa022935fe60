import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config.ts';
import { connectDocker, engineId } from './drivers/docker/client.ts';
import { FileLock } from './leadership/file-lock.ts';
import { HostLock } from './leadership/host-lock.ts';
import type { Lock } from './ports/leadership.ts';

const retryMs = 500;

/**
 * What one operator at a time may hold, in the order in which all acquire it: the scope on the engine, then the state
 * directory. See docs/adr/0008-one-writer.md.
 */
export function locksOf(config: Config): readonly Lock[] {
  return [scopeLock(config), new FileLock(join(config.state, 'operator.lock'))];
}

/** An engine that does not answer cannot be told from others yet, and there is nothing to be written to it either. */
function scopeLock(config: Config): Lock {
  return {
    async acquire(waiting, signal) {
      const engine = await identify(waiting, signal);
      const name = `${engine} ${config.scope}`;
      const what = `scope "${config.scope}" on this engine`;
      const lock =
        process.platform === 'linux'
          ? new HostLock(name, what)
          : new FileLock(join(homedir(), '.local', 'state', 'mcpnet', 'locks', encodeURIComponent(`${name}.lock`)));
      return lock.acquire(waiting, signal);
    },
  };
}

async function identify(waiting: (why: string) => void, signal: AbortSignal): Promise<string> {
  const docker = connectDocker();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await engineId(docker);
    } catch (error) {
      waiting(error instanceof Error ? error.message : String(error));
      await delay(retryMs, undefined, { signal });
    }
  }
}
