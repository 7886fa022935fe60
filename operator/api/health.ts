import type { App } from './app.ts';
import { describe } from './route-schema.ts';
import { named } from './schema-forms.ts';
import type { Shown } from './shown.ts';

const described = describe({
  summary: 'How the whole network is.',
  gives: named('HealthView'),
  answers: { 503: { description: 'Something is not well.', ...named('HealthView') } },
});

/** `GET /health`: how the whole network is; 503 unless all is well. */
export function addHealth(app: App, shown: Shown): void {
  app.get('/health', described, (_request, reply) => {
    const health = shown.health();
    return reply.code(health.status === 'ok' ? 200 : 503).send(health);
  });
}
