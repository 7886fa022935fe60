import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import { ConfigFile } from './file.ts';
import type { CheckConfig, Housing } from './place.ts';
import { RemoteRuntime, type RemoteAccess } from './remote-runtime.ts';
import { SocketRuntime } from './runtime.ts';
import { askIn } from './socket.ts';
import { watchBalancers, type Follow } from './watch.ts';

export interface DirectoryOptions {
  /** Holds one directory per balancer, named after it, mounted into its container. */
  readonly directory: string;
  readonly check: CheckConfig;
  readonly clock: Clock;
  readonly pollMs?: number;
  /** Tells what a balancer prints; without it its verdicts are found by the next look. */
  readonly follow?: Follow;
  /** Set where the containers run on an engine that shares neither files nor sockets with us. */
  readonly remote?: RemoteAccess;
}

const defaultPollMs = 5_000;

/** HAProxys in containers, one each, with their files in a directory of this machine. */
export function directoryHousing(options: DirectoryOptions): Housing {
  const { directory, check, clock, follow, remote, pollMs = defaultPollMs } = options;
  return {
    names: () => readdir(directory).catch(() => []),
    open(balancer) {
      const home = join(directory, balancer);
      const store = new ConfigFile(home);
      const runtime = remote ? new RemoteRuntime(balancer, store, remote) : new SocketRuntime(askIn(home));
      const processes = [runtime];
      const isHere = remote === undefined;
      return { store, processes: () => processes, check, isDynamic: isHere, sharesPorts: isHere };
    },
    watch(hint, isRunning, signal) {
      watchBalancers({ directory, clock, pollMs, isRunning, ...(follow && { follow }) }, hint, signal);
    },
  };
}
