import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MCPNetwork } from '../schemas/types.ts';
import type { Config } from './config.ts';
import { connectDocker, engineId } from './drivers/docker/client.ts';
import { admit } from './engine/admit.ts';
import { ConsulLock } from './leadership/consul-lock.ts';
import { FileLock } from './leadership/file-lock.ts';
import { HostLock } from './leadership/host-lock.ts';
import { openCluster } from './open-cluster.ts';
import type { Lock } from './ports/leadership.ts';
import type { Snapshot, Source } from './ports/source.ts';
import type { OpenedPlatform } from './platforms/opened-platform.ts';

const retryMs = 500;

/** The locks of a Docker engine: the scope on it, and the state directory. See docs/adr/0008-one-writer.md. */
export function localLocks(config: Config): readonly Lock[] {
  return [scopeLock(config), new FileLock(join(config.state, 'operator.lock'))];
}

/** The lock of a scope in a cluster. See docs/adr/0008-one-writer.md. */
export async function leaseLock(config: Config): Promise<Lock> {
  const [api, { LeaseLock }] = await Promise.all([openCluster(config), import('./leadership/lease-lock.ts')]);
  return new LeaseLock({ api, namespace: api.access.namespace, scope: config.scope, holder: thisProcess() });
}

/**
 * What one operator at a time may hold, in the order in which all acquire it: the locks of the platform, the scope in the
 * cluster that manifests come from, and the scope in each Consul that is to keep operators of several hosts apart.
 */
export async function locksOf(
  { name, locks, secrets }: Pick<OpenedPlatform, 'name' | 'locks' | 'secrets'>,
  config: Config,
  consuls: ReadonlyMap<string, SharedConsul>,
): Promise<readonly Lock[]> {
  const { scope, sources } = config;
  const holder = thisProcess();
  // On Kubernetes it is a lock of the platform.
  const isShared = name !== 'kubernetes' && sources.some(({ kind }) => kind === 'cluster');
  const shared = [...consuls].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    ...locks,
    ...(isShared ? [await leaseLock(config)] : []),
    ...shared.map(([address, { tokenFrom, namespace }]) => {
      const token = (): string | undefined => tokenFrom && secrets.value(tokenFrom.secret, tokenFrom.key, namespace);
      return new ConsulLock({ address, token, scope, holder });
    }),
  ];
}

function thisProcess(): string {
  return `pid ${process.pid} on ${hostname()}`;
}

export type SharedConsul = MCPNetwork['spec']['discovery']['consul'] & {
  /** Of the network that names it. */
  readonly namespace: string;
};

/** The Consuls in which the manifests of all these sources want a lock, by their address. */
export async function declaredConsuls(sources: readonly Source[]): Promise<ReadonlyMap<string, SharedConsul>> {
  const snapshots = await Promise.all(sources.map((source) => source.scan()));
  return new Map(snapshots.flatMap((snapshot) => [...sharedConsuls(snapshot)]));
}

/** The Consuls in which valid manifests want a lock, by their address. */
export function sharedConsuls({ documents }: Pick<Snapshot, 'documents'>): ReadonlyMap<string, SharedConsul> {
  return new Map(
    documents.flatMap((document) => {
      if ((document.value as { kind?: unknown } | null)?.kind !== 'MCPNetwork') return [];
      const verdict = admit(document);
      if (!verdict.ok) return [];
      // Of kind MCPNetwork, and admitted.
      const { consul } = (verdict.admitted.spec as MCPNetwork['spec']).discovery;
      return consul.lock && !consul.managed && consul.address !== undefined
        ? [[consul.address, { ...consul, namespace: verdict.admitted.metadata.namespace }] as const]
        : [];
    }),
  );
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
  const stopped = aborted(signal);
  for (;;) {
    signal.throwIfAborted();
    try {
      return await Promise.race([engineId(docker), stopped]);
    } catch (error) {
      waiting(error instanceof Error ? error.message : String(error));
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('told to stop'));
    });
  });
}
