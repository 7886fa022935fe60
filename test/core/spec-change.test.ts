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
    ['does not mind the order of fields', { a: 1, b: 2 }, { b: 2, a: 1 }, 'nothing'],
  ];
  for (const [name, before, after, text] of table) {
    it(name, () => {
      expect(describeChange(before, after)).to.equal(text);
    });
  }
});
