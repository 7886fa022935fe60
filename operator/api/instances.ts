import { parseKey } from '../core/resource.ts';
import type { App } from './app.ts';
import { sendList } from './printed.ts';
import { describe, inNamespace, itemsOf, oneInstance } from './route-schema.ts';
import { named, text } from './schema-forms.ts';
import { selectionOf } from './selection.ts';
import type { Shown } from './shown.ts';

const list = describe({
  summary: 'Every instance, of services and of the infrastructure.',
  gives: itemsOf('InstanceView'),
  query: { ...inNamespace, owner: { ...text, description: 'Key of a resource.' }, role: text },
});
const one = describe({ summary: 'One instance.', gives: named('InstanceView'), params: oneInstance });

/** `GET /api/v1/instances` and `/api/v1/instances/ID`. */
export function addInstances(app: App, shown: Shown): void {
  app.get<{ Querystring: { namespace?: string; owner?: string; role?: string } }>(
    '/api/v1/instances',
    list,
    ({ query }, reply) => {
      const { owner, role } = query;
      const isWanted = selectionOf(query);
      const items = shown
        .instances()
        .filter((each) => isWanted(parseKey(each.owner).namespace))
        .filter((each) => (owner ?? each.owner) === each.owner && (role ?? each.role) === each.role);
      return sendList(reply, items);
    },
  );
  app.get<{ Params: { id: string } }>('/api/v1/instances/:id', one, (request, reply) => {
    const { id } = request.params;
    const instance = shown.instances().find((each) => each.id === id);
    return instance ?? reply.code(404).send({ error: `there is no instance ${id}; see /api/v1/instances` });
  });
}
