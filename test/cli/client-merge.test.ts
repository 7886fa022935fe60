import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mergeInto } from '../../operator/cli/clients/merge.ts';

describe("merging into a client's file", () => {
  const now = new Date('2026-11-23T13:00:00Z');
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-merge-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('keeps what was there beside it, and the mode', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    const merged = await mergeInto(path, () => 'new', now);
    expect(await readFile(path, 'utf8')).to.equal('new');
    expect((await stat(path)).mode & 0o777).to.equal(0o640);
    expect(merged).to.deep.equal({ changed: true, backup: `${path}.mcpnet-backup-20261123T130000Z` });
    expect(await readFile(`${path}.mcpnet-backup-20261123T130000Z`, 'utf8')).to.equal('old');
    expect(await readdir(directory)).to.have.lengthOf(2);
  });

  it('writes nothing where nothing changes, and nothing where the edit refuses', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, 'same');
    expect(await mergeInto(path, (text) => text, now)).to.deep.equal({ changed: false });
    const refused = await mergeInto(
      path,
      () => {
        throw new Error('no');
      },
      now,
    ).catch((error: Error) => error.message);
    expect(refused).to.equal('no');
    expect(await readdir(directory)).to.deep.equal(['a.json']);
  });

  it('makes the file and its directory where there are none, and follows a link to it', async () => {
    await mergeInto(join(directory, 'deep', 'a.json'), () => 'new', now);
    await symlink(join(directory, 'deep', 'a.json'), join(directory, 'link'));
    await mergeInto(join(directory, 'link'), (text) => `${text}er`, now);
    expect((await lstat(join(directory, 'link'))).isSymbolicLink()).to.equal(true);
    expect(await readFile(join(directory, 'deep', 'a.json'), 'utf8')).to.equal('newer');
  });

  it('takes in what somebody else wrote meanwhile', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, 'one');
    const { writeFileSync } = await import('node:fs');
    const seen: string[] = [];
    await mergeInto(
      path,
      (text) => {
        if (seen.push(text) === 1) writeFileSync(path, 'two');
        return `${text}+`;
      },
      now,
    );
    expect(seen).to.deep.equal(['one', 'two']);
    expect(await readFile(path, 'utf8')).to.equal('two+');
  });
});
