import type { App } from './app.ts';
import type { PortView } from './shapes.ts';
import type { Shown } from './shown.ts';

/** `GET /api/v1/ports`: the port plan as it stands. */
export function addPorts(app: App, shown: Shown): void {
  app.get<{ Querystring: { network?: string; use?: PortView['use'] } }>('/api/v1/ports', async ({ query }) => {
    const { network, use } = query;
    const ports = await shown.ports();
    const items = ports.filter((each) => (network ?? each.network) === each.network && (use ?? each.use) === each.use);
    return { items };
  });
}
