import { parseKey } from '../core/resource.ts';
import type { App } from './app.ts';
import { selects } from './selection.ts';
import type { Shown } from './shown.ts';

/** `GET /api/v1/instances` and `/api/v1/instances/ID`. */
export function addInstances(app: App, shown: Shown): void {
  app.get<{ Querystring: { namespace?: string; owner?: string; role?: string } }>('/api/v1/instances', ({ query }) => {
    const { owner, role } = query;
    const items = shown
      .instances()
      .filter((each) => selects(query, parseKey(each.owner).namespace, {}))
      .filter((each) => (owner ?? each.owner) === each.owner && (role ?? each.role) === each.role);
    return { items };
  });
  app.get<{ Params: { id: string } }>('/api/v1/instances/:id', (request, reply) => {
    const { id } = request.params;
    const instance = shown.instances().find((each) => each.id === id);
    return instance ?? reply.code(404).send({ error: `there is no instance ${id}; see /api/v1/instances` });
  });
}
