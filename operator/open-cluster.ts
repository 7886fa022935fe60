import type { ClusterApi } from './cluster/api.ts';
import type { Config } from './config.ts';

const opened = new WeakMap<Config, Promise<ClusterApi>>();

/**
 * The API server of these settings; the same for all parts of a process, which share its connections.
 * @throws Error if there is none, with the remedy
 */
export function openCluster(config: Config): Promise<ClusterApi> {
  const known = opened.get(config);
  if (known) return known;
  const api = connect(config);
  opened.set(config, api);
  return api;
}

async function connect(config: Config): Promise<ClusterApi> {
  // Loaded only where a cluster is used.
  const [{ findAccess }, { ClusterApi }] = await Promise.all([
    import('./cluster/access.ts'),
    import('./cluster/api.ts'),
  ]);
  return new ClusterApi(await findAccess(config.cluster));
}
