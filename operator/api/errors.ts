import type { Redact } from '../core/redact.ts';
import type { App } from './app.ts';

/** Answers that are no good have one shape: `{"error": "what, and what to do"}`. */
export function addErrors(app: App, redact: Redact): void {
  app.setNotFoundHandler((request, reply) => {
    const error = `there is no ${request.method} ${request.url.split('?')[0]}; /openapi.json tells what there is`;
    return reply.code(404).send({ error });
  });
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ error: redact(error.message) }),
  );
}
