import { expect } from 'chai';
import { describeChange } from '../../operator/core/spec-change.ts';

describe('what changed in a spec', () => {
  const table: readonly (readonly [string, unknown, unknown, string])[] = [
    ['names a value before and after', { image: 'a' }, { image: 'b' }, 'spec.image a -> b'],
    [
      'names a field by its path',
      { stdio: { isolation: 'session' } },
      { stdio: { isolation: 'shared' } },
      'spec.stdio.isolation session -> shared',
    ],
    [
      'tells a field that came or went',
      { version: '1' },
      { path: '/mcp' },
      'spec.path none -> /mcp, spec.version 1 -> none',
    ],
    [
      'keeps variables and arguments to itself',
      { env: [{ name: 'A', value: 'x' }], args: ['a'] },
      { env: [{ name: 'A', value: 'secret' }], args: ['--token=secret'] },
      'spec.args changed, spec.env changed',
    ],
    [
      'counts what is too much',
      { a: 1, b: 1, c: 1, d: 1, e: 1 },
      {},
      'spec.a 1 -> none, spec.b 1 -> none, spec.c 1 -> none and 2 more',
    ],
    ['cuts what is too long', { image: 'a' }, { image: 'b'.repeat(60) }, `spec.image a -> ${'b'.repeat(37)}...`],
    ['tells all of three', { a: 1, b: 1, c: 1 }, {}, 'spec.a 1 -> none, spec.b 1 -> none, spec.c 1 -> none'],
    [
      'leaves whole what is just short enough',
      { image: 'a' },
      { image: 'b'.repeat(40) },
      `spec.image a -> ${'b'.repeat(40)}`,
    ],
    [
      'keeps a command and what is nested to itself, too',
      { command: ['a'], sidecar: { env: ['x'] } },
      { command: ['b'], sidecar: { env: ['y'] } },
      'spec.command changed, spec.sidecar.env changed',
    ],
    [
      'shows what has more than one part in short',
      { ports: [1, 2], limits: { rate: { requests: 5 } } },
      { ports: null },
      'spec.limits {"rate":{"requests":5}} -> none, spec.ports [1,2] -> null',
    ],
    ['tells a part that became nothing', { limits: { rate: 5 } }, { limits: null }, 'spec.limits {"rate":5} -> null'],
    ['tells a part that was nothing', { limits: null }, { limits: { rate: 5 } }, 'spec.limits null -> {"rate":5}'],
    ['does not mind the order of fields', { a: 1, b: 2 }, { b: 2, a: 1 }, 'nothing'],
  ];
  for (const [name, before, after, text] of table) {
    it(name, () => {
      expect(describeChange(before, after)).to.equal(text);
    });
  }
});
