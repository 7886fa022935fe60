import type { App } from './app.ts';
import { describe, itemsOf } from './route-schema.ts';
import { named, objectOf, text } from './schema-forms.ts';
import type { Shown } from './shown.ts';

const list = describe({ summary: 'Where manifests come from.', gives: itemsOf('SourceView') });
const one = describe({
  summary: 'One place that manifests come from.',
  gives: named('SourceView'),
  params: objectOf<{ name: string }>({ name: text }),
});

/** `GET /api/v1/sources` and `/api/v1/sources/NAME`. */
export function addSources(app: App, shown: Shown): void {
  app.get('/api/v1/sources', list, () => ({ items: shown.sources() }));
  app.get<{ Params: { name: string } }>('/api/v1/sources/:name', one, (request, reply) => {
    const { name } = request.params;
    const found = shown.sources().find((each) => each.name === name);
    return found ?? reply.code(404).send({ error: `there is no source named ${name}; /api/v1/sources lists them` });
  });
}
