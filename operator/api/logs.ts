import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseDurationMs } from '../core/quantity.ts';
import { Refusal } from '../core/refusal.ts';
import { keyOf } from '../core/resource.ts';
import type { Logs } from '../ports/logs.ts';
import { answer } from './answer.ts';
import type { Extension } from './app.ts';
import { follow, lastLines, type InstanceLine } from './follow.ts';
import { closedSignal, openStream, serverSentEvent } from './open-stream.ts';
import { describe, oneInstance, oneResource } from './route-schema.ts';
import { flag, text, whole } from './schema-forms.ts';
import type { Shown } from './shown.ts';

const usualTail = 100;
const mostTail = 10_000;
const eventStream = 'text/event-stream; charset=utf-8';
const plainText = 'text/plain; charset=utf-8';

interface Wanted {
  readonly tail: number;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** A duration up to now (`10m`), or a time. */
  readonly since?: string;
}

const query = {
  tail: { ...whole, minimum: 0, maximum: mostTail, default: usualTail, description: 'So many of the last lines.' },
  follow: { ...flag, default: false, description: 'Goes on with what is printed from then on.' },
  timestamps: { ...flag, default: false, description: 'In text: each line begins with its time.' },
  since: {
    ...text,
    pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$|^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z$',
    description: 'Only lines of so long ago (`10m`) or of that time, or later.',
  },
};
const gives = { content: { 'text/plain': { schema: text }, 'text/event-stream': { schema: text } } };
const ofInstance = describe({ summary: 'What an instance prints.', gives, params: oneInstance, query });
const ofService = describe({ summary: 'What all replicas print.', gives, params: oneResource, query });

/**
 * `GET /api/v1/instances/ID/logs` and `/api/v1/services/NAMESPACE/NAME/logs`: what they print, as lines of text or, for
 * `Accept: text/event-stream`, as events named `line`.
 */
export function addLogs(shown: Shown, logs: Logs): Extension {
  return (app) => {
    const exposeHeadRoute = false;
    app.get<{ Params: { id: string }; Querystring: Wanted }>(
      '/api/v1/instances/:id/logs',
      { ...ofInstance, exposeHeadRoute },
      (request, reply) => {
        const { id } = request.params;
        const ids = (): string[] => shown.instances().flatMap((each) => (each.id === id ? [id] : []));
        if (ids().length === 0)
          return reply.code(404).send({ error: `there is no instance ${id}; see /api/v1/instances` });
        return answer(reply, () => send({ shown, logs, ids, form: formOf(request, false) }, request, reply));
      },
    );
    app.get<{ Params: { namespace: string; name: string }; Querystring: Wanted }>(
      '/api/v1/services/:namespace/:name/logs',
      { ...ofService, exposeHeadRoute },
      (request, reply) => {
        const { namespace, name } = request.params;
        const key = keyOf('MCPService', namespace, name);
        if (!shown.service(key))
          return reply.code(404).send({ error: `there is no MCPService named ${name} in namespace ${namespace}` });
        const ids = (): string[] => shown.service(key)?.instances.map(({ id }) => id) ?? [];
        return answer(reply, () => send({ shown, logs, ids, form: formOf(request, true) }, request, reply));
      },
    );
  };
}

interface Sending {
  readonly shown: Shown;
  readonly logs: Logs;
  readonly ids: () => readonly string[];
  readonly form: { readonly contentType: string; readonly print: (line: InstanceLine) => string };
}

async function send(
  { shown, logs, ids, form }: Sending,
  { query }: { readonly query: Wanted },
  reply: FastifyReply,
): Promise<unknown> {
  const { tail, since } = query;
  const from = since === undefined ? undefined : timeOf(since, shown.clock.now());
  const closed = closedSignal(reply);
  // With nanoseconds, as the engine writes times: they are compared as text.
  const start = new Date(shown.clock.now()).toISOString().replace('Z', '000000Z');
  const lines = await lastLines(logs, ids(), { tail, ...(from !== undefined && { since: from }) }, closed);
  const text = lines.map(form.print).join('');
  if (!query.follow) return reply.type(form.contentType).send(text);
  const stream = openStream(reply, form.contentType);
  await stream.write(text);
  const take = (line: InstanceLine): Promise<void> => stream.write(form.print(line));
  const last = new Map(ids().map((id) => [id, lines.findLast(({ instance }) => instance === id)?.at ?? start]));
  await follow({ logs, clock: shown.clock, ids, take, signal: stream.closed }, last);
  stream.end();
  return reply;
}

/** An empty line of its own keeps events apart; lines of several instances say whose they are. */
function formOf(
  request: FastifyRequest<{ Querystring: Wanted }>,
  isShared: boolean,
): { contentType: string; print: (line: InstanceLine) => string } {
  if (request.headers.accept?.includes('text/event-stream'))
    return { contentType: eventStream, print: (line) => serverSentEvent('line', line) };
  const { timestamps } = request.query;
  const print = ({ instance, at, text }: InstanceLine): string =>
    `${isShared ? `[${instance}] ` : ''}${timestamps ? `${at} ` : ''}${text}\n`;
  return { contentType: plainText, print };
}

/** @throws Refusal if there is no such time */
function timeOf(since: string, nowMs: number): string {
  const isTime = since.endsWith('Z');
  const at = new Date(isTime ? since : Math.max(0, nowMs - parseDurationMs(since)));
  if (Number.isNaN(at.getTime())) throw new Refusal('unfit', `since=${since} is no time; write 10m, or a time in UTC`);
  return isTime ? since : at.toISOString();
}
