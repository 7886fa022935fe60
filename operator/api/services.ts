import { keyOf } from '../core/resource.ts';
import type { App } from './app.ts';
import { sendList } from './printed.ts';
import { describe, itemsOf, oneResource, selection } from './route-schema.ts';
import { named, oneOf, text } from './schema-forms.ts';
import { selectionOf, type Selection } from './selection.ts';
import type { ServiceView } from './shapes.ts';
import type { Shown } from './shown.ts';

const list = describe({
  summary: 'Every service, ordered by key.',
  gives: itemsOf('ServiceView'),
  query: { ...selection, network: text, ready: oneOf('True', 'False', 'Unknown') },
});
const one = describe({ summary: 'One service.', gives: named('ServiceView'), params: oneResource });

/** `GET /api/v1/services` and `/api/v1/services/NAMESPACE/NAME`. */
export function addServices(app: App, shown: Shown): void {
  app.get<{ Querystring: Selection & { network?: string; ready?: ServiceView['ready'] } }>(
    '/api/v1/services',
    list,
    ({ query }, reply) => {
      const { network, ready } = query;
      const isWanted = selectionOf(query);
      const items = shown
        .services()
        .filter((each) => isWanted(each.namespace, each.labels))
        .filter((each) => network === undefined || each.network === network)
        .filter((each) => ready === undefined || each.ready === ready);
      return sendList(reply, items);
    },
  );
  app.get<{ Params: { namespace: string; name: string } }>(
    '/api/v1/services/:namespace/:name',
    one,
    (request, reply) => {
      const { namespace, name } = request.params;
      const service = shown.service(keyOf('MCPService', namespace, name));
      return (
        service ?? reply.code(404).send({ error: `there is no MCPService named ${name} in namespace ${namespace}` })
      );
    },
  );
}
