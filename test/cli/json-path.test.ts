import { expect } from 'chai';
import { compilePath } from '../../operator/cli/json-path.ts';
import { compileTemplate } from '../../operator/cli/json-path-template.ts';

const document = {
  metadata: { name: 'files', labels: { 'app.io/team': 'platform' } },
  items: [
    { name: 'a', port: 11100, ready: true, url: 'http://127.0.0.1:11100/mcp' },
    { name: 'b', port: 11101, ready: false },
    { name: 'c', port: 11102, ready: true, tags: ['x', 'y'] },
  ],
};

describe('a path of the simple kind', () => {
  const cases: readonly (readonly [string, readonly unknown[]])[] = [
    ['.metadata.name', ['files']],
    ['metadata.name', ['files']],
    ['{$.metadata.name}', ['files']],
    ['.metadata.absent.deeper', []],
    [String.raw`.metadata.labels.app\.io/team`, ['platform']],
    [".metadata.labels['app.io/team']", ['platform']],
    ['.items[*].name', ['a', 'b', 'c']],
    ['.items[0].name', ['a']],
    ['.items[-1].name', ['c']],
    ['.items[9].name', []],
    ['.items[0,2].name', ['a', 'c']],
    ['.items[0:2].name', ['a', 'b']],
    ['.items[1:].name', ['b', 'c']],
    ["..['name']", ['files', 'a', 'b', 'c']],
    ['..port', [11100, 11101, 11102]],
    ['.items[?(@.name=="b")].port', [11101]],
    ['.items[?(@.name!="b")].port', [11100, 11102]],
    ['.items[?(@.port>=11101)].name', ['b', 'c']],
    ['.items[?(@.port<11101)].name', ['a']],
    ['.items[?(@.ready==true)].name', ['a', 'c']],
    ['.items[?(@.url)].name', ['a']],
    ['.items[2].tags.*', ['x', 'y']],
    ['.', [document]],
  ];
  for (const [path, found] of cases)
    it(`finds what ${path} names`, () => {
      expect(compilePath(path)(document)).to.deep.equal(found);
    });

  it('says where it makes no sense', () => {
    expect(() => compilePath('.items[what]')).to.throw('makes no sense at "[what]"');
    expect(() => compilePath('.items[0')).to.throw('makes no sense at "[0"');
  });
});

describe('a text with paths', () => {
  it('puts values into the text, several of one path with spaces between', () => {
    expect(compileTemplate('{.metadata.name}: {.items[*].port}!')(document)).to.equal('files: 11100 11101 11102!');
  });

  it('goes over a range, and over one within another', () => {
    expect(compileTemplate('{range .items[*]}{.name}={.port}{"\\n"}{end}')(document)).to.equal(
      'a=11100\nb=11101\nc=11102\n',
    );
    expect(compileTemplate('{range .items[2:]}{range .tags[*]}<{.}>{end}{end}')(document)).to.equal('<x><y>');
  });

  it('prints what is not a string as JSON, and nothing for what is absent', () => {
    expect(compileTemplate('{.items[2].tags} {.nothing}.')(document)).to.equal('["x","y"] .');
  });

  it('keeps braces within strings', () => {
    expect(compileTemplate('{"{"}{.metadata.name}{\'}\'}')(document)).to.equal('{files}');
  });

  it('takes one path without braces', () => {
    expect(compileTemplate('.metadata.name')(document)).to.equal('files');
  });

  it('refuses what is not closed, and an end of nothing', () => {
    expect(() => compileTemplate('{range .items[*]}{.name}')).to.throw('without an {end}');
    expect(() => compileTemplate('{.name}{end}')).to.throw('without a {range}');
    expect(() => compileTemplate('{.name')).to.throw('a brace too many or too few');
  });
});
