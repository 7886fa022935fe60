import { readFile, readdir, stat, symlink, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { EditedDirectory } from '../../operator/sources/edited-directory.ts';
import { serviceText, TemporaryDirectory } from './temporary.ts';

describe('a directory that is edited', () => {
  const directory = new TemporaryDirectory();
  const read = (file: string): Promise<string> => readFile(join(directory.path, file), 'utf8');
  const key = (name: string): string => `MCPService/default/${name}`;
  const put = (edited: EditedDirectory, name: string, text: string): Promise<string> =>
    edited.put(key(name), parse(text), text);
  beforeEach(() => directory.create());
  afterEach(() => directory.remove());

  it('gets a file of its own for what is new, which anybody may read', async () => {
    const edited = await EditedDirectory.open(directory.path);
    expect(await put(edited, 'files', serviceText('files'))).to.equal('created');
    expect(await readdir(directory.path)).to.deep.equal([]);
    expect(await edited.write()).to.deep.equal(['mcpservice-files.yaml']);
    expect(await read('mcpservice-files.yaml')).to.equal(serviceText('files'));
    expect((await stat(join(directory.path, 'mcpservice-files.yaml'))).mode & 0o777).to.equal(0o644);
  });

  it('reads what is new once, however often it is asked what would be declared', async () => {
    const edited = await EditedDirectory.open(directory.path);
    await put(edited, 'a', serviceText('a'));
    const [first] = edited.snapshot().documents;
    await put(edited, 'b', serviceText('b'));
    expect(edited.snapshot().documents).to.have.length(2);
    expect(edited.snapshot().documents[0]).to.equal(first);
  });

  it('has a document replaced where it stands, and all others left to the character', async () => {
    const others = ['# all\n', serviceText('a'), '---\n# two\n', serviceText('b'), '--- # three\n', serviceText('c')];
    const path = await directory.write('sub/all.yaml', others.join(''));
    await chmod(path, 0o640);
    const edited = await EditedDirectory.open(directory.path);
    expect(await put(edited, 'b', `# new\n${serviceText('b', 'image: tiny:2, transport: stdio')}`)).to.equal(
      'configured',
    );
    await edited.write();
    expect(await read('sub/all.yaml')).to.equal(
      [
        ...others.slice(0, 2),
        '---\n# new\n',
        serviceText('b', 'image: tiny:2, transport: stdio'),
        ...others.slice(4),
      ].join(''),
    );
    expect((await stat(path)).mode & 0o777, 'its rights').to.equal(0o640);
  });

  it('is not written where what is declared means the same already', async () => {
    await directory.write('a.yaml', `# mine\n${serviceText('a')}`);
    const edited = await EditedDirectory.open(directory.path);
    expect(await put(edited, 'a', serviceText('a'))).to.equal('unchanged');
    expect(await edited.write()).to.deep.equal([]);
    expect(await read('a.yaml')).to.equal(`# mine\n${serviceText('a')}`);
  });

  it('loses one document of several, or the file with its only one', async () => {
    await directory.write('all.yaml', `${serviceText('a')}---\n# two\n${serviceText('b')}---\n${serviceText('c')}`);
    await directory.write('d.yaml', `# d\n${serviceText('d')}`);
    const edited = await EditedDirectory.open(directory.path);
    await edited.remove(key('a'));
    await edited.remove(key('c'));
    await edited.remove(key('d'));
    expect(edited.snapshot().documents).to.have.length(1);
    expect(edited.isBare).to.equal(false);
    await edited.write();
    expect(await read('all.yaml')).to.equal(`# two\n${serviceText('b')}`);
    expect(await readdir(directory.path)).to.deep.equal(['all.yaml']);
  });

  it('writes through a link, and keeps JSON in a file of JSON', async () => {
    await directory.write('real/x.txt', serviceText('a'));
    await symlink('real/x.txt', join(directory.path, 'a.yaml'));
    await directory.write('b.json', JSON.stringify(parse(serviceText('b'))));
    const edited = await EditedDirectory.open(directory.path);
    await put(edited, 'a', serviceText('a', 'image: tiny:2, transport: stdio'));
    await put(edited, 'b', serviceText('b', 'image: tiny:2, transport: stdio'));
    await edited.write();
    expect(await read('real/x.txt')).to.include('tiny:2');
    expect(JSON.parse(await read('b.json'))).to.deep.equal(parse(serviceText('b', 'image: tiny:2, transport: stdio')));
  });

  it('refuses what is declared twice, and a file that is broken', async () => {
    await directory.write('a.yaml', serviceText('a'));
    await directory.write('again.yaml', serviceText('a'));
    await directory.write('broken.yaml', `${serviceText('c')}---\n[never closed\n`);
    const edited = await EditedDirectory.open(directory.path);
    await expectRejection(put(edited, 'a', serviceText('a', 'image: x')), 'is declared in a.yaml:1 and again.yaml:1');
    await expectRejection(edited.remove(key('c')), /broken\.yaml:\d+ is not valid YAML.*mend that first/);
    await expectRejection(edited.remove(key('nonesuch')), 'is not declared in');
  });

  it('says so where it cannot be read', async () => {
    await expectRejection(EditedDirectory.open(join(directory.path, 'absent')), 'is not there');
  });
});

async function expectRejection(promise: Promise<unknown>, message: string | RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).to.be.instanceOf(Error);
  if (typeof message === 'string') expect((error as Error).message).to.include(message);
  else expect((error as Error).message).to.match(message);
}
