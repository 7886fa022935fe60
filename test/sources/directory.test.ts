import { rm, symlink, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatProblem, type Snapshot } from '../../operator/ports/source.ts';
import { DirectorySource } from '../../operator/sources/directory.ts';
import { eventually } from '../support/eventually.ts';
import { serviceText, TemporaryDirectory } from './temporary.ts';

describe('directory of manifests', () => {
  const directory = new TemporaryDirectory();
  let source: DirectorySource;
  beforeEach(async () => {
    await directory.create();
    source = new DirectorySource(directory.path);
  });
  afterEach(() => directory.remove());

  const names = ({ documents }: Snapshot): string[] =>
    documents.map(({ value }) => (value as { metadata: { name: string } }).metadata.name);
  const problems = (snapshot: Snapshot): string[] => snapshot.problems.map(formatProblem);

  it('reads every document of every YAML and JSON file, in the order of their paths', async () => {
    await directory.write('b.yaml', `${serviceText('two')}---\n${serviceText('three')}`);
    await directory.write('a.yml', serviceText('one'));
    await directory.write('sub/deep/c.json', JSON.stringify({ metadata: { name: 'four' } }));
    await directory.write('readme.md', 'no manifest');
    const snapshot = await source.scan();
    expect(names(snapshot)).to.deep.equal(['one', 'two', 'three', 'four']);
    expect(snapshot).to.deep.include({ problems: [], complete: true });
    expect(snapshot.documents.map(({ file, locate }) => `${file}:${locate([]).line}`)).to.deep.equal([
      'a.yml:1',
      'b.yaml:1',
      'b.yaml:6',
      'sub/deep/c.json:1',
    ]);
    expect(snapshot.documents.at(-1)?.directory).to.equal(join(directory.path, 'sub/deep'));
  });

  it('skips names that begin with a dot', async () => {
    await directory.write('.hidden.yaml', serviceText('one'));
    await directory.write('.git/a.yaml', serviceText('two'));
    await directory.write('a.yaml', serviceText('three'));
    expect(names(await source.scan())).to.deep.equal(['three']);
  });

  it('reads a file again when it changed, and only then', async () => {
    const path = await directory.write('a.yaml', serviceText('one'));
    const [before] = (await source.scan()).documents;
    expect((await source.scan()).documents[0]).to.equal(before);
    await directory.write('a.yaml', serviceText('two'));
    await utimes(path, new Date('2026-02-02'), new Date('2026-02-02'));
    expect(names(await source.scan())).to.deep.equal(['two']);
    await rm(path);
    expect(names(await source.scan())).to.deep.equal([]);
  });

  it('follows links to files and directories, and each directory once, even in a circle', async () => {
    await directory.write('real/a.yaml', serviceText('one'));
    await symlink(directory.path, join(directory.path, 'real/up'));
    await symlink(join(directory.path, 'real'), join(directory.path, 'again'));
    const snapshot = await source.scan();
    expect(names(snapshot)).to.deep.equal(['one']);
    expect(snapshot).to.deep.include({ problems: [], complete: true });
  });

  const broken: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    [
      'a link that leads nowhere',
      () => symlink('nowhere', join(directory.path, 'x.yaml')),
      /^x\.yaml:1:1 is not there; create it/,
    ],
    [
      'a link to a directory that is gone',
      () => symlink('nowhere', join(directory.path, 'team')),
      /^team:1:1 is not there; create it, mount it, or remove the link to it$/,
    ],
    [
      'a link to itself',
      () => symlink('x.yaml', join(directory.path, 'x.yaml')),
      /^x\.yaml:1:1 is a link in a circle; remove the link$/,
    ],
  ];
  for (const [what, make, expected] of broken) {
    it(`is incomplete with ${what}, and names it`, async () => {
      await directory.write('a.yaml', serviceText('one'));
      await make();
      const snapshot = await source.scan();
      expect(names(snapshot)).to.deep.equal(['one']);
      expect(snapshot.complete).to.equal(false);
      expect(problems(snapshot)[0]).to.match(expected);
    });
  }

  it('looks into a directory that is called like a file', async () => {
    await directory.write('x.yaml/a.yaml', serviceText('one'));
    expect(names(await source.scan())).to.deep.equal(['one']);
  });

  const unparsable: readonly (readonly [string, string, RegExp])[] = [
    [
      'broken syntax',
      `${serviceText('one')}---\na: [1\n`,
      /^a\.yaml:7:1 is not valid YAML: .+; mend the syntax at this place$/,
    ],
    ['an empty file', '  \n', /^a\.yaml:1:1 holds no document; remove the file if it is meant to declare nothing$/],
    ['one key twice', 'a: 1\na: 2\n', /^a\.yaml:2:1 has the field "a" twice/],
  ];
  for (const [what, text, expected] of unparsable) {
    it(`names ${what} and reads the other files`, async () => {
      await directory.write('a.yaml', text);
      await directory.write('b.yaml', serviceText('two'));
      const snapshot = await source.scan();
      expect(problems(snapshot)).to.have.lengthOf(1);
      expect(problems(snapshot)[0]).to.match(expected);
      expect(names(snapshot)).to.include('two');
    });
  }

  it('takes a file of comments for one that is meant to declare nothing', async () => {
    await directory.write('a.yaml', '# nothing yet\n');
    expect(await source.scan()).to.deep.include({ documents: [], problems: [], complete: true });
  });

  it('does not read a file of 50 MB', async () => {
    const path = await directory.write('a.yaml', serviceText('one'));
    await truncate(path, 50 * 2 ** 20);
    await utimes(path, new Date('2026-01-01'), new Date('2026-01-01'));
    const snapshot = await source.scan();
    expect(snapshot.documents).to.deep.equal([]);
    expect(problems(snapshot)).to.deep.equal([
      'a.yaml:1:1 has 52428800 bytes, more than 1048576; split it; manifests are small',
    ]);
  });

  it('does not expand a bomb of aliases', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`,
    );
    await directory.write('a.yaml', ['l0: &l0 boom', ...levels].join('\n'));
    await directory.write('b.yaml', serviceText('two'));
    const snapshot = await source.scan();
    expect(names(snapshot)).to.deep.equal(['two']);
    expect(problems(snapshot)[0]).to.match(/^a\.yaml:1:1 cannot be expanded: .+; write the values out/);
  });

  it('does not trust a directory in which a file is just being written', async () => {
    let now = Date.now();
    source = new DirectorySource(directory.path, () => now);
    await directory.write('a.yaml', serviceText('one').slice(0, 40), 'fresh');
    expect((await source.scan()).complete).to.equal(false);
    now += 1_000;
    expect((await source.scan()).complete).to.equal(true);
  });

  it('is complete with files from the future, once they have been seen to stay as they are', async () => {
    await directory.write('a.yaml', serviceText('one'));
    const tomorrow = Date.now() / 1000 + 86_400;
    await utimes(join(directory.path, 'a.yaml'), tomorrow, tomorrow);
    expect((await source.scan()).complete).to.equal(false);
    await eventually(async () => expect((await source.scan()).complete).to.equal(true));
    await directory.write('a.yaml', serviceText('two'));
    await utimes(join(directory.path, 'a.yaml'), tomorrow + 1, tomorrow + 1);
    expect((await source.scan()).complete).to.equal(false);
    await eventually(async () => expect((await source.read('a.yaml'))?.complete).to.equal(true));
  });

  it('says that there are too many files rather than to leave some out in silence', async () => {
    for (const name of ['a', 'b', 'c']) await directory.write(`${name}.yaml`, serviceText(name));
    const snapshot = await new DirectorySource(directory.path, Date.now, 2).scan();
    expect(names(snapshot)).to.deep.equal(['a', 'b']);
    expect(snapshot.complete).to.equal(false);
    expect(problems(snapshot)).to.deep.equal([
      `${directory.path}:1:1 holds more than 2 manifests; split them between several operators`,
    ]);
  });

  it('finds a place by path, or the closest that there is', async () => {
    await directory.write('a.yaml', 'metadata:\n  name: one\nspec:\n  env:\n    - name: A\n      value: b\n');
    const [document] = (await source.scan()).documents;
    const at = (...path: (string | number)[]): string => Object.values(document?.locate(path) ?? {}).join(':');
    expect([
      at(),
      at('spec'),
      at('spec', 'env', 0, 'value'),
      at('spec', 'env', '0', 'value'),
      at('spec', 'image'),
      at('metadata', 'name'),
    ]).to.deep.equal(['1:1', '3:1', '6:7', '6:7', '3:1', '2:3']);
  });
});
