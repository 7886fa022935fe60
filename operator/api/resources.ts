import { answer, keyIn, type Named } from './answer.ts';
import type { App } from './app.ts';
import { sendList } from './printed.ts';
import { describe, oneOfAKind } from './route-schema.ts';
import { anything, listOf, maybe, named, objectOf, text, whole } from './schema-forms.ts';
import type { Shown } from './shown.ts';

const who = describe({
  summary: 'Which process is the operator.',
  gives: objectOf<{ pid: number; version: string; manifests?: unknown }>({
    pid: whole,
    version: text,
    manifests: maybe(anything),
  }),
});
const list = describe({
  summary: 'The status of every resource, and what is wrong with the manifests.',
  gives: objectOf<{ items: []; problems: [] }>({ items: listOf(anything), problems: listOf(anything) }),
});
const one = describe({
  summary: 'The status of one resource, and its events, oldest first.',
  gives: objectOf<{ status: object; events: [] }>({ status: anything, events: listOf(named('EventView')) }),
  params: oneOfAKind,
});
const past = describe({ summary: 'Revisions with cause and result.', gives: anything, params: oneOfAKind });

/** `GET /api/v1/operator` and `/api/v1/resources...`: what the commands of `mcpnet` read. */
export function addResources(app: App, shown: Shown): void {
  app.get('/api/v1/operator', who, () => ({
    pid: shown.pid,
    version: shown.version,
    ...(shown.manifests && { manifests: shown.manifests }),
  }));
  app.get('/api/v1/resources', list, (_request, reply) =>
    sendList(reply, shown.statuses(), { problems: shown.problems() }),
  );
  app.get<Named>('/api/v1/resources/:kind/:namespace/:name', one, (request, reply) => {
    const { kind, name } = request.params;
    const key = keyIn(request.params);
    const status = shown.statuses().find((each) => each.key === key);
    return status
      ? { status, events: shown.eventsOf(key) }
      : reply.code(404).send({ error: `there is no ${kind} named ${name}` });
  });
  app.get<Named>('/api/v1/resources/:kind/:namespace/:name/history', past, (request, reply) =>
    answer(reply, () => shown.history(keyIn(request.params))),
  );
}
