import type { FastifyReply } from 'fastify';

/** JSON of views, for as long as the views are in use. A thousand of them take too long to be written at each question. */
const printed = new WeakMap<object, Buffer>();
const comma = Buffer.from(',');

interface Answered {
  readonly items: readonly object[];
  readonly rest: string;
  readonly answer: Buffer;
}

/**
 * What was answered last, by the first of the items: while nothing changes it is answered again. It may be megabytes, and is
 * kept as long as memory lasts.
 */
const answered = new WeakMap<object, WeakRef<Answered>>();

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
  // Bytes pass the framework untouched.
  return reply.type('application/json; charset=utf-8').send(listOf(items, rest.join('')));
}

function listOf(items: readonly object[], rest: string): Buffer {
  const [first] = items;
  const known = first && sameAnswer(answered.get(first)?.deref(), items, rest);
  if (known) return known;
  const pieces = items.flatMap((item, index) => (index === 0 ? [print(item)] : [comma, print(item)]));
  const answer = Buffer.concat([Buffer.from('{"items":['), ...pieces, Buffer.from(`]${rest}}`)]);
  if (first) answered.set(first, new WeakRef({ items, rest, answer }));
  return answer;
}

function sameAnswer(last: Answered | undefined, items: readonly object[], rest: string): Buffer | undefined {
  if (last?.rest !== rest || last.items.length !== items.length) return undefined;
  return last.items.every((item, index) => item === items[index]) ? last.answer : undefined;
}

function print(view: object): Buffer {
  const known = printed.get(view);
  if (known) return known;
  const made = Buffer.from(JSON.stringify(view));
  printed.set(view, made);
  return made;
}
