import { expect } from 'chai';
import fc from 'fast-check';
import { hashOf, hashVersion } from '../../operator/core/hash.ts';

describe('hash', () => {
  /** Another value here restarts every container of everyone who upgrades: raise hashVersion and handle it instead. */
  const golden: readonly (readonly [string, unknown, string])[] = [
    ['an empty object', {}, '44136fa355'],
    ['a nested object', { b: [1, 'x', null], a: { d: true, c: 0.5 } }, 'c967b1eb6a'],
    ['text beyond ASCII', { name: 'größe \u{1f642}' }, '243d5d28e4'],
    ['an array', ['b', 'a'], '02d8bc3008'],
    ['nothing', undefined, 'e3b0c44298'],
  ];
  for (const [what, value, hash] of golden) {
    it(`of ${what} stays the same for ever`, () => {
      expect(hashOf(value)).to.equal(hash);
    });
  }

  it('has a version, which is part of the labels', () => {
    expect(hashVersion).to.equal('1');
  });

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), { maxKeys: 4 }),
        (value) => {
          const reversed = Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, Object.fromEntries(Object.entries(inner).reverse())]),
          );
          expect(hashOf(reversed)).to.equal(hashOf(value));
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('depends on the order of arrays', () => {
    expect(hashOf(['--a', '--b'])).to.not.equal(hashOf(['--b', '--a']));
  });

  it('takes a field that is undefined for one that is absent', () => {
    expect(hashOf({ image: 'a', cpus: undefined })).to.equal(hashOf({ image: 'a' }));
  });

  it('tells values of different types apart', () => {
    const values = [1, '1', true, 'true', null, 'null', [], {}, '', 0, false];
    expect(new Set(values.map((value) => hashOf({ value }))).size).to.equal(values.length);
  });
});
