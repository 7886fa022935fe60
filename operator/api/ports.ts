import type { App } from './app.ts';
import { describe, itemsOf } from './route-schema.ts';
import { oneOf, text } from './schema-forms.ts';
import type { PortView } from './shapes.ts';
import type { Shown } from './shown.ts';

const described = describe({
  summary: 'Every port of the plan that is held, and who listens there besides.',
  gives: itemsOf('PortView'),
  query: { network: text, use: oneOf('service', 'discovery', 'dashboard', 'statistics', 'foreign') },
});

/** `GET /api/v1/ports`: the port plan as it stands. */
export function addPorts(app: App, shown: Shown): void {
  app.get<{ Querystring: { network?: string; use?: PortView['use'] } }>(
    '/api/v1/ports',
    described,
    async ({ query }) => {
      const { network, use } = query;
      const ports = await shown.ports();
      const items = ports.filter(
        (each) => (network ?? each.network) === each.network && (use ?? each.use) === each.use,
      );
      return { items };
    },
  );
}
