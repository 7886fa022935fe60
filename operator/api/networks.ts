import { keyOf } from '../core/resource.ts';
import type { App } from './app.ts';
import { describe, inNamespace, itemsOf, oneResource } from './route-schema.ts';
import { named } from './schema-forms.ts';
import { selectionOf } from './selection.ts';
import type { Shown } from './shown.ts';

const list = describe({ summary: 'Every network.', gives: itemsOf('NetworkView'), query: inNamespace });
const one = describe({ summary: 'One network.', gives: named('NetworkView'), params: oneResource });

/** `GET /api/v1/networks` and `/api/v1/networks/NAMESPACE/NAME`. */
export function addNetworks(app: App, shown: Shown): void {
  app.get<{ Querystring: { namespace?: string } }>('/api/v1/networks', list, ({ query }) => {
    const isWanted = selectionOf(query);
    return { items: shown.networks().filter((each) => isWanted(each.namespace)) };
  });
  app.get<{ Params: { namespace: string; name: string } }>(
    '/api/v1/networks/:namespace/:name',
    one,
    (request, reply) => {
      const { namespace, name } = request.params;
      const network = shown.network(keyOf('MCPNetwork', namespace, name));
      return (
        network ?? reply.code(404).send({ error: `there is no MCPNetwork named ${name} in namespace ${namespace}` })
      );
    },
  );
}
