import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { formatProblem } from '../../operator/ports/source.ts';
import { readManifests } from '../../operator/sources/manifest-file.ts';
import { bareDocument, joinDocuments, setScalar, splitDocuments } from '../../operator/sources/document-text.ts';

const texts: Readonly<Record<string, string>> = {
  'one document': '# why\nkind: A\n',
  several: '# head\nkind: A # one\n# tail of one\n---\n# lead of two\nkind: B\n---\nkind: C\n',
  'marks at both ends': '---\nkind: A\n...\n--- # inline\nkind: B\n...\n',
  'no end of the last line': 'kind: A\n---\nkind: B',
  JSON: '{"kind": "A"}\n',
};

describe('the text of documents', () => {
  for (const [what, text] of Object.entries(texts))
    it(`comes apart and together again: ${what}`, () => {
      const pieces = splitDocuments(text);
      expect(pieces.join('')).to.equal(text);
      const again = parseAllDocuments(joinDocuments(pieces.map(bareDocument)));
      expect(Array.isArray(again) && again.map((each) => each.toJS() as unknown)).to.deep.equal(
        parseAllDocuments(text).map((each) => each.toJS() as unknown),
      );
    });

  const settings: readonly (readonly [string, string, string])[] = [
    [
      'what is there',
      'spec:\n  image: a # this\n  replicas: 1 # few\n',
      'spec:\n  image: a # this\n  replicas: 3 # few\n',
    ],
    [
      'what is missing',
      'spec:\n    # the image\n    image: a\n',
      'spec:\n    # the image\n    replicas: 3\n    image: a\n',
    ],
    ['within braces', 'spec: { image: a }\n', 'spec: { "replicas": 3, image: a }\n'.replace(/"/g, '')],
    ['in JSON', '{"spec": {"replicas": 1}}', '{"spec": {"replicas": 3}}'],
    ['a quoted value', 'spec: {replicas: "1"}\n', 'spec: {replicas: 3}\n'],
  ];
  for (const [what, before, after] of settings)
    it(`has one value set and nothing else changed: ${what}`, () => {
      expect(setScalar(before, ['spec', 'replicas'], 3)).to.equal(after);
    });

  it('is written anew where a value stands for another', () => {
    const text = setScalar('base: &b 1\nspec:\n  replicas: *b\n', ['spec', 'replicas'], 3);
    expect(parseAllDocuments(text)[0]?.toJS()).to.deep.equal({ base: 1, spec: { replicas: 3 } });
  });
});

describe('a document without content', () => {
  const read = (text: string): { values: unknown[]; problems: string[] } => {
    const { documents, problems } = readManifests(Buffer.from(text), 'a.yaml', '/manifests');
    return { values: documents.map(({ value }) => value), problems: problems.map(formatProblem) };
  };

  it('between others is nothing, with or without comments in it', () => {
    const text = '---\na: 1\n---\n\n---\n# nothing\n---\nb: 2\n...\n---\n';
    expect(read(text)).to.deep.equal({ values: [{ a: 1 }, { b: 2 }], problems: [] });
  });

  it('is one that holds null, where that is written out', () => {
    expect(read('a: 1\n---\n~\n---\n""\n').values).to.deep.equal([{ a: 1 }, null, '']);
  });

  it('alone in a file is told: it may be one that is being written', () => {
    for (const text of ['', '---\n', '---\n---\r\n...\n'])
      expect(read(text).problems, text).to.deep.equal([
        'a.yaml:1:1 holds no document; remove the file if it is meant to declare nothing',
      ]);
    expect(read('---\n# nothing here on purpose\n').problems).to.deep.equal([]);
  });
});
