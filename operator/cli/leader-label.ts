import type { Config } from '../config.ts';
import { openCluster } from '../open-cluster.ts';
import type { Logger } from '../ports/logger.ts';

/** By this label of a Pod the Service of the dashboard finds the one that leads. */
const label = 'mcpnet.io/leads';

/** Says on the Pod of this process whether it leads. One that cannot be told costs the dashboard's Service, nothing else. */
export async function labelOwnPod(config: Config, leads: boolean, logger: Logger): Promise<void> {
  const { pod } = config;
  if (!pod) return;
  try {
    const api = await openCluster(config);
    await api.request({
      method: 'PATCH',
      path: `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`,
      body: { metadata: { labels: { [label]: leads ? 'true' : null } } },
      contentType: 'application/merge-patch+json',
    });
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    logger.warn('the Service of the dashboard does not find this Pod', { pod: pod.name, fault });
  }
}
