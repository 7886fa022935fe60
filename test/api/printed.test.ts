import { expect } from 'chai';
import type { FastifyReply } from 'fastify';
import { sendList } from '../../operator/api/printed.ts';

describe('a list as it is answered', () => {
  /** What is sent, in place of a framework that would send it. */
  const sent = (items: readonly object[], beside: Readonly<Record<string, unknown>> = {}): Buffer | undefined => {
    let bytes: Buffer | undefined;
    const reply = { type: () => reply, send: (answer: Buffer) => ((bytes = answer), reply) } as unknown as FastifyReply;
    sendList(reply, items, beside);
    return bytes;
  };
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

  it('is written once for as long as nothing changes', () => {
    expect(sent([a, b, c])).to.equal(sent([a, b, c]));
  });

  it('is written anew for other items, in another order, and for what stands beside them', () => {
    const lists: (readonly [object[], Record<string, unknown>?])[] = [
      [[a, b, c]],
      [[a, c, b]],
      [[a, b]],
      [[a, { ...b }, c]],
      [[a, b, c], { problems: ['x'] }],
      [[a, b, c], { problems: [] }],
      [[]],
    ];
    for (const [items, beside = {}] of lists)
      expect(JSON.parse(String(sent(items, beside))), JSON.stringify([items, beside])).to.deep.equal({
        items,
        ...beside,
      });
  });
});
