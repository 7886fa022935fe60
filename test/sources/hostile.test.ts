import { expect } from 'chai';
import { formatProblem } from '../../operator/ports/source.ts';
import { readManifests } from '../../operator/sources/manifest-file.ts';

const read = (content: string | Buffer): string[] =>
  readManifests(Buffer.from(content), 'a.yaml', '/manifests').problems.map(formatProblem);

describe('a file that means harm', () => {
  const cases: Readonly<Record<string, readonly [string | Buffer, RegExp]>> = {
    'is not UTF-8': [Buffer.from([0x61, 0x3a, 0x0a, 0x62, 0x3a, 0x20, 0xff]), /^a\.yaml:2:4 is not UTF-8 here; save/],
    'has a key twice': ['a: 1\nb:\n  c: 1\n  c: 2\n', /^a\.yaml:4:3 has the field "c" twice; remove one/],
    'has collections for keys, however deep': [
      `${'? '.repeat(60)}a`,
      /^a\.yaml:1:3 has a key that is not a plain word/,
    ],
    'is nested too deeply': [
      `a: ${'['.repeat(200)}${']'.repeat(200)}`,
      /^a\.yaml:1:\d+ is nested deeper than 64 levels/,
    ],
    'is large and nested too deeply': [`# x\n${'['.repeat(900_000)}`, /^a\.yaml:2:65 is nested too deeply here/],
    'is a row of marks': ['&a '.repeat(300_000), /^a\.yaml:1:\d+ is nested too deeply here/],
    'holds too many documents': ['---\n'.repeat(11_000), /^a\.yaml:1:1 holds more than 10000 documents; split/],
    'says what would change a terminal': ['a: "\u001b[2J\n"\n\u202eb', /^a\.yaml\P{C}*$/u],
  };
  for (const [what, [content, expected]] of Object.entries(cases)) {
    it(`and ${what} is rejected with its place and remedy`, () => {
      const [problem = 'none', ...more] = read(content);
      expect(more).to.deep.equal([]);
      expect(problem).to.match(expected);
    });
  }

  it('and has a map of 40,000 fields is read all the same', () => {
    const text = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(read(text)).to.deep.equal([]);
  });
});
