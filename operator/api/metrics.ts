import type { Extension } from './app.ts';
import { describe } from './route-schema.ts';
import { anything, text } from './schema-forms.ts';

/** What can be told to those who collect; see `operator/telemetry`. */
export interface Told {
  readonly contentType: string;
  text(): Promise<string | Buffer>;
  json(): unknown;
}

const asEither = describe({
  summary: "Everything that is counted, in Prometheus' text format; a summary for those who accept JSON only.",
  gives: { content: { 'text/plain': { schema: text }, 'application/json': { schema: anything } } },
});
const asJson = describe({ summary: 'A summary of what is counted, and the figures of each service.', gives: anything });

/**
 * `GET /metrics`: Prometheus' text format, or JSON for those who want that rather (RFC 9110, "Accept");
 * `GET /metrics.json` for those who cannot say what they want.
 */
export function metricsRoutes(told: Told): Extension {
  return (app) => {
    app.get('/metrics', asEither, async (request, reply) => {
      void reply.header('vary', 'accept');
      if (wantsJson(request.headers.accept)) return reply.send(told.json());
      return reply.type(told.contentType).send(await told.text());
    });
    app.get('/metrics.json', asJson, () => told.json());
  };
}

/** Whether JSON is named, and text is not. */
function wantsJson(accept = ''): boolean {
  return /application\/json/i.test(accept) && !/text\/(plain|\*)|openmetrics/i.test(accept);
}
