import Fastify, { type FastifyInstance } from 'fastify';
import type { Condition } from '../core/condition.ts';
import { keyOf, type ResourceKey } from '../core/resource.ts';

export type App = FastifyInstance;

/** What the API shows; the operator is one. */
export interface Shown {
  statuses(): readonly ShownStatus[];
  events(key: ResourceKey): readonly unknown[];
  problems(): readonly unknown[];
  plan(): string;
  readonly pid: number;
  readonly version: string;
}

interface ShownStatus {
  readonly key: ResourceKey;
  readonly conditions: readonly Condition[];
}

/** The read-only HTTP API: JSON, no state of its own. */
export function createApp(shown: Shown): App {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.get('/health', (_request, reply) => {
    const unready = shown
      .statuses()
      .filter(({ conditions }) => !conditions.some(({ type, status }) => type === 'Ready' && status === 'True'));
    const reasons = Object.fromEntries(
      unready.map(({ key, conditions }) => [key, conditions.find(({ type }) => type === 'Ready')?.message ?? '']),
    );
    return reply
      .code(unready.length === 0 ? 200 : 503)
      .send({ status: unready.length === 0 ? 'ok' : 'degraded', unready: reasons });
  });
  app.get('/api/v1/operator', () => ({ pid: shown.pid, version: shown.version }));
  app.get('/api/v1/resources', () => ({ items: shown.statuses(), problems: shown.problems() }));
  app.get<{ Params: { kind: string; namespace: string; name: string } }>(
    '/api/v1/resources/:kind/:namespace/:name',
    (request, reply) => {
      const { kind, namespace, name } = request.params;
      const key = keyOf(kind, namespace, name);
      const status = shown.statuses().find((each) => each.key === key);
      return status
        ? { status, events: shown.events(key) }
        : reply.code(404).send({ error: `there is no ${kind} named ${name}` });
    },
  );
  app.get('/api/v1/plan', () => ({ text: shown.plan() }));
  return app;
}
