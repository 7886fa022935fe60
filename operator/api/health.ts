import type { App } from './app.ts';
import type { Shown } from './shown.ts';

/** `GET /health`: how the whole network is; 503 unless all is well. */
export function addHealth(app: App, shown: Shown): void {
  app.get('/health', (_request, reply) => {
    const health = shown.health();
    return reply.code(health.status === 'ok' ? 200 : 503).send(health);
  });
}
