import { keyOf } from '../core/resource.ts';
import type { App } from './app.ts';
import { selects } from './selection.ts';
import type { Shown } from './shown.ts';

/** `GET /api/v1/networks` and `/api/v1/networks/NAMESPACE/NAME`. */
export function addNetworks(app: App, shown: Shown): void {
  app.get<{ Querystring: { namespace?: string } }>('/api/v1/networks', ({ query }) => ({
    items: shown.networks().filter((each) => selects(query, each.namespace, {})),
  }));
  app.get<{ Params: { namespace: string; name: string } }>('/api/v1/networks/:namespace/:name', (request, reply) => {
    const { namespace, name } = request.params;
    const network = shown.network(keyOf('MCPNetwork', namespace, name));
    return network ?? reply.code(404).send({ error: `there is no MCPNetwork named ${name} in namespace ${namespace}` });
  });
}
