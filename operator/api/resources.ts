import { answer, keyIn, type Named } from './answer.ts';
import type { App } from './app.ts';
import type { Shown } from './shown.ts';

/** `GET /api/v1/operator` and `/api/v1/resources...`: what the commands of `mcpnet` read. */
export function addResources(app: App, shown: Shown): void {
  app.get('/api/v1/operator', () => ({
    pid: shown.pid,
    version: shown.version,
    ...(shown.manifests && { manifests: shown.manifests }),
  }));
  app.get('/api/v1/resources', () => ({ items: shown.statuses(), problems: shown.problems() }));
  app.get<Named>('/api/v1/resources/:kind/:namespace/:name', (request, reply) => {
    const { kind, name } = request.params;
    const key = keyIn(request.params);
    const status = shown.statuses().find((each) => each.key === key);
    return status
      ? { status, events: shown.eventsOf(key) }
      : reply.code(404).send({ error: `there is no ${kind} named ${name}` });
  });
  app.get<Named>('/api/v1/resources/:kind/:namespace/:name/history', (request, reply) =>
    answer(reply, () => shown.history(keyIn(request.params))),
  );
}
