import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Fault } from '../../operator/core/fault.ts';
import { besideOf, replaceFile, replaceFileAtOnce } from '../../operator/files/replace-file.ts';

describe('replacing a file', () => {
  let directory = '';
  let path = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-files-'));
    path = join(directory, 'document.json');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const ways: Readonly<Record<string, (path: string, text: string) => Promise<unknown>>> = {
    'on the disk': replaceFile,
    'at once': (path, text) =>
      Promise.resolve().then(() => {
        replaceFileAtOnce(path, text);
      }),
  };
  for (const [way, replace] of Object.entries(ways)) {
    it(`${way} gives a new file that only its user may read, and leaves nothing beside it`, async () => {
      await replace(path, 'old');
      const { ino } = await stat(path);
      await replace(path, 'new');
      expect(await readFile(path, 'utf8')).to.equal('new');
      expect((await stat(path)).ino, 'a reader of the old file goes on reading that').to.not.equal(ino);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      expect(await readdir(directory)).to.deep.equal(['document.json']);
    });

    it(`${way} on a full disk says so and what to do, and leaves the old content and no remains`, async () => {
      await replace(path, 'old');
      await symlink('/dev/full', besideOf(path));
      const failure = await replace(path, 'new'.repeat(10_000)).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(Fault);
      expect((failure as Fault).reason).to.equal('DiskFull');
      expect((failure as Fault).message)
        .to.include(path)
        .and.to.include('make room');
      expect(await readFile(path, 'utf8')).to.equal('old');
      expect(await readdir(directory)).to.deep.equal(['document.json']);
      await replace(path, 'new');
      expect(await readFile(path, 'utf8')).to.equal('new');
    });
  }
});
