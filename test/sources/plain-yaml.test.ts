import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { readPlain } from '../../operator/sources/plain-yaml.ts';
import { oddityIn } from '../../operator/sources/tree.ts';
import { Random } from '../chaos/random.ts';
import { inputOf } from '../fuzz/texts.ts';

const manifests = new URL('../../manifests', import.meta.url).pathname;

/** What it reads must be what the real parser reads, without an error or an oddity. */
function compare(text: string): boolean {
  const plain = readPlain(text);
  if (!plain) return false;
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false }) as Document[];
  const [document] = documents;
  expect(documents, text).to.have.lengthOf(1);
  expect(document?.errors, text).to.deep.equal([]);
  expect(document && oddityIn(document), text).to.equal(undefined);
  expect(plain.value, text).to.deep.equal(document?.toJS());
  expect({ line: plain.line, col: 1 }, text).to.deep.equal(lines.linePos(document?.contents?.range?.[0] ?? -1));
  return true;
}

describe('the plainest YAML', () => {
  it('is what manifests are written in', () => {
    const text = `# The smallest
apiVersion: mcpnet.io/v1alpha1
kind: MCPService

metadata:
  name: files
  labels:
    team: platform
spec:
  image: mcpnet/mcp-filesystem:2026.8.31
  transport: stdio
  args: [/data, other]
  command:
  - run
  - "with space"
  replicas: 2
  readOnly: true
  resources:
    memory: 256Mi
    cpus: '500m'
  volumes:
    - hostPath: /data
      readOnly: false
    - name: cache
  healthCheck:
    interval: 30s
`;
    expect(compare(text)).to.equal(true);
  });

  it('is read as the real parser reads it, whatever is written', () => {
    const fragment = fc.constantFrom(
      ...[
        'a: b',
        'b:',
        'c: 1',
        'd: 0',
        'e: true',
        'f: null',
        'g: [x, y]',
        'h: []',
        '- x',
        '- a: b',
        '- b:',
        '-',
        '- - x',
      ],
      ...['i: "q: r"', "j: 'it''s'", 'k: 1.5', 'l: 0x1F', 'm: 1e3', 'n: 30s', 'o: yes', 'p: ~', 'q: a:b', 'r: a #c'],
      ...[
        's: |',
        't: >-',
        'u: &x y',
        'v: *x',
        'w: !t z',
        'word',
        '# comment',
        '---',
        '...',
        '',
        ' ',
        'x: {a: b}',
        'a : b',
      ],
      ...[
        'true: 1',
        'null: x',
        'y: 007',
        'z: -1',
        'aa: 2026-01-01',
        'ab: a b',
        'ac:  d',
        '- ',
        '? a',
        ': b',
        '%TAG',
        'ad: No',
      ],
    );
    const line = fc
      .tuple(fc.constantFrom(0, 0, 2, 2, 4, 6, 1), fragment)
      .map(([indent, text]) => ' '.repeat(indent) + text);
    let read = 0;
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 7 }),
        fc.constantFrom('\n', '\n', '\n', '\r\n'),
        (all, end) => {
          if (compare(all.join(end))) read++;
        },
      ),
      { numRuns: 4_000 },
    );
    expect(read).to.be.above(20);
  });

  it('is read as the real parser reads it in manifests that were spoilt, too', () => {
    let read = 0;
    for (let seed = 0; seed < 1_500; seed++) if (compare(inputOf(new Random(seed)).bytes.toString('utf8'))) read++;
    expect(read).to.be.above(20);
    for (const name of readdirSync(manifests, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.yaml')) compare(readFileSync(join(manifests, name), 'utf8'));
  });
});
