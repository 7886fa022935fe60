import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Store } from '../../operator/engine/store.ts';
import { formatProblem, type Snapshot } from '../../operator/ports/source.ts';
import { DirectorySource } from '../../operator/sources/directory.ts';
import { serviceText, TemporaryDirectory } from './temporary.ts';

describe('root of a directory of manifests', () => {
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

  it('is incomplete when its root is gone, and names it', async () => {
    await directory.write('a.yaml', serviceText('one'));
    await source.scan();
    await directory.remove();
    const snapshot = await source.scan();
    expect(snapshot).to.deep.include({ documents: [], complete: false });
    expect(problems(snapshot)[0]).to.equal(
      `${directory.path}:1:1 is not there; create it, mount it, or remove the link to it`,
    );
  });

  it('lets nothing be removed on the word of a root that is gone', async () => {
    const store = new Store({ allowEmpty: true });
    await directory.write('a.yaml', serviceText('one'));
    store.apply(await source.scan(), false);
    await directory.remove();
    expect(store.apply(await source.scan(), true).removed).to.deep.equal([]);
    expect(store.all()).to.have.lengthOf(1);
  });

  it('follows a root that is a link, and is swapped for another', async () => {
    await directory.write('v1/a.yaml', serviceText('one'));
    await directory.write('v2/a.yaml', serviceText('two'));
    const root = join(directory.path, 'current');
    await symlink('v1', root);
    source = new DirectorySource(root);
    expect(names(await source.scan())).to.deep.equal(['one']);
    await symlink('v2', join(directory.path, 'next'));
    await rename(join(directory.path, 'next'), root);
    expect(names(await source.scan())).to.deep.equal(['two']);
  });
});
