import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectorySource } from '../../operator/sources/directory.ts';
import { eventually } from '../support/eventually.ts';
import { serviceText, TemporaryDirectory } from './temporary.ts';

describe('watching a directory of manifests', () => {
  const directory = new TemporaryDirectory();
  let stop = new AbortController();
  beforeEach(() => directory.create());
  afterEach(async () => {
    stop.abort();
    await directory.remove();
  });

  /** A source whose newest snapshot is at hand; a change is the first one after all is quiet. */
  async function follow(): Promise<{ names: () => string[]; complete: () => boolean }> {
    stop = new AbortController();
    const source = new DirectorySource(directory.path);
    let newest = await source.scan();
    source.watch(
      () =>
        void source.scan().then((snapshot) => {
          newest = snapshot;
        }),
      stop.signal,
    );
    // A watcher takes a moment to begin; until then a change is the rescan's business.
    const marker = async (): Promise<boolean> => {
      await writeFile(join(directory.path, 'marker.yaml'), `metadata: {name: marker${performance.now()}}`);
      return newest.documents.some(({ file }) => file === 'marker.yaml');
    };
    await eventually(marker, { timeoutMs: 5_000, intervalMs: 100 });
    return {
      names: () =>
        newest.documents
          .map(({ value }) => (value as { metadata: { name: string } }).metadata.name)
          .filter((name) => !name.startsWith('marker')),
      complete: () => newest.complete,
    };
  }

  it('hints when a file comes, changes and goes, and once more when it has settled', async () => {
    const { names, complete } = await follow();
    const path = await directory.write('a.yaml', serviceText('one'), 'fresh');
    await eventually(() => names().includes('one'), { timeoutMs: 2_000 });
    await eventually(complete, { timeoutMs: 2_000 });
    await writeFile(path, serviceText('two'));
    await eventually(() => names().includes('two'), { timeoutMs: 2_000 });
    await rm(path);
    await eventually(() => names().length === 0, { timeoutMs: 2_000 });
  });

  it('hints at what happens in a directory that came later', async () => {
    const { names } = await follow();
    await mkdir(join(directory.path, 'sub'));
    await directory.write('sub/a.yaml', serviceText('one'), 'fresh');
    await eventually(() => names().includes('one'), { timeoutMs: 2_000 });
  });

  it('hints at a file that another took the place of', async () => {
    const { names } = await follow();
    await directory.write('a.yaml', serviceText('one'), 'fresh');
    await eventually(() => names().includes('one'), { timeoutMs: 2_000 });
    await directory.write('.a.next', serviceText('two'), 'fresh');
    await rename(join(directory.path, '.a.next'), join(directory.path, 'a.yaml'));
    await eventually(() => names().includes('two'), { timeoutMs: 2_000 });
  });
});
