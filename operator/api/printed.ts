import type { FastifyReply } from 'fastify';

/** JSON of views, for as long as the views are in use. A thousand of them take too long to be written at each question. */
const printed = new WeakMap<object, Buffer>();
const comma = Buffer.from(',');

/**
 * Answers with `{"items": [...]}` and what is to stand beside the items.
 * @param items views that never change: what changes is another view
 */
export function sendList(
  reply: FastifyReply,
  items: readonly object[],
  beside: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const rest = Object.entries(beside).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const pieces = items.flatMap((item, index) => (index === 0 ? [print(item)] : [comma, print(item)]));
  const answer = Buffer.concat([Buffer.from('{"items":['), ...pieces, Buffer.from(`]${rest.join('')}}`)]);
  // Bytes pass the framework untouched.
  return reply.type('application/json; charset=utf-8').send(answer);
}

function print(view: object): Buffer {
  const known = printed.get(view);
  if (known) return known;
  const made = Buffer.from(JSON.stringify(view));
  printed.set(view, made);
  return made;
}
