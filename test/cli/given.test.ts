import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { admitGiven, atDirectory, readGiven } from '../../operator/cli/given.ts';
import { formatProblem } from '../../operator/ports/source.ts';
import { serviceText, TemporaryDirectory } from '../sources/temporary.ts';

describe('manifests that are handed to a command', () => {
  const directory = new TemporaryDirectory();
  beforeEach(() => directory.create());
  afterEach(() => directory.remove());

  it('are all documents of files and directories, as they were written', async () => {
    const file = await directory.write('one.yaml', `# first\n${serviceText('a')}---\n# second\n${serviceText('b')}`);
    await directory.write('more/two.json', JSON.stringify(parse(serviceText('c'))));
    await directory.write('more/.hidden.yaml', serviceText('d'));
    await directory.write('more/notes.txt', 'no manifest');
    const { given, problems } = await readGiven([file, join(directory.path, 'more')]);
    expect(problems).to.deep.equal([]);
    expect(given.map(({ key }) => key)).to.deep.equal(['a', 'b', 'c'].map((name) => `MCPService/default/${name}`));
    expect(given.map(({ text }) => text).slice(0, 2)).to.deep.equal([
      `# first\n${serviceText('a')}`,
      `# second\n${serviceText('b')}`,
    ]);
  });

  it('have their problems told with file, line and column, and are refused twice over', async () => {
    const bad = await directory.write('bad.yaml', `${serviceText('a')}---\nkind: MCPService\n`);
    const again = await directory.write('again.yaml', serviceText('a'));
    const { problems } = admitGiven(await readGiven([bad, again]));
    expect(problems.map(formatProblem)).to.deep.equal([
      `${bad}:6:1 apiVersion is missing; write mcpnet.io/v1alpha1`,
      `${again}:1:1 metadata.name service/a is given in ${bad}:1 as well; leave out one of the two`,
    ]);
    await mkdir(join(directory.path, 'empty'));
    const error = await readGiven([join(directory.path, 'empty')]).catch((failure: unknown) => failure);
    expect(String(error)).to.include('there is no manifest in').and.to.include('name a file that has one');
  });

  it('keep their host paths where they lead, when they come to stand in another directory', async () => {
    const spec =
      'image: tiny:1, transport: stdio, volumes: [{hostPath: ./data, mountPath: /data}, {hostPath: /srv, mountPath: /srv}]';
    const file = await directory.write('paths.yaml', serviceText('a', spec));
    const [found] = (await readGiven([file])).given;
    if (!found) throw new Error('nothing was read');
    expect(atDirectory(found, directory.path)).to.equal(found);
    const moved = atDirectory(found, '/elsewhere');
    expect(moved.text).to.equal(serviceText('a', spec.replace('./data', JSON.stringify(join(directory.path, 'data')))));
    expect(moved.value).to.deep.equal(parse(moved.text));
  });
});
