import swagger from '@fastify/swagger';
import type { App } from './app.ts';
import { anything } from './schema-forms.ts';

/** Has the routes that are registered later described at `/openapi.json` (OpenAPI 3.1). */
export function addOpenApi(app: App, version: string): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'mcp-network-operator',
        description: 'What the operator knows of the MCP services that it runs. See docs/api.md.',
        version,
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, index) => (typeof $id === 'string' ? $id : `schema${index}`),
    },
  });
  void app.register(async (scope) => {
    const schema = { summary: 'This description.', response: { 200: { description: 'OpenAPI 3.1', ...anything } } };
    scope.get('/openapi.json', { schema }, () => app.swagger());
  });
}
