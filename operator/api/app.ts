import Fastify, { type FastifyInstance } from 'fastify';
import type { Condition } from '../core/condition.ts';
import type { ResourceKey } from '../core/resource.ts';
import { answer, keyIn, type Named } from './answer.ts';

export type App = FastifyInstance;

/** What the API shows; the operator is one. */
export interface Shown {
  statuses(): readonly ShownStatus[];
  events(key: ResourceKey): readonly unknown[];
  problems(): readonly unknown[];
  /** @throws Refusal if none is kept */
  history(key: ResourceKey): unknown;
  plan(): string;
  readonly pid: number;
  readonly version: string;
}

interface ShownStatus {
  readonly key: ResourceKey;
  readonly conditions: readonly Condition[];
}

/** The HTTP API that shows: JSON, no state of its own. What changes something is added by {@link addCommands}. */
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
  app.get<Named>('/api/v1/resources/:kind/:namespace/:name', (request, reply) => {
    const { kind, name } = request.params;
    const key = keyIn(request.params);
    const status = shown.statuses().find((each) => each.key === key);
    return status
      ? { status, events: shown.events(key) }
      : reply.code(404).send({ error: `there is no ${kind} named ${name}` });
  });
  app.get<Named>('/api/v1/resources/:kind/:namespace/:name/history', (request, reply) =>
    answer(reply, () => shown.history(keyIn(request.params))),
  );
  app.get('/api/v1/plan', () => ({ text: shown.plan() }));
  return app;
}
