import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FileRecords } from '../../operator/records.ts';
import { TemporaryDirectory } from '../sources/temporary.ts';

describe('records in files', () => {
  const directory = new TemporaryDirectory();
  beforeEach(() => directory.create());
  afterEach(() => directory.remove());

  it('come back as they were kept, replaced whole, and only for the eyes of their user', async () => {
    const state = directory.path;
    const records = new FileRecords(state);
    expect((await records.load()).documents).to.deep.equal([]);
    await records.save('MCPService/default/files', { key: 'a' });
    await records.save('MCPService/default/files', { key: 'b' });
    await records.save('MCPService/default/memory', { key: 'c' });
    await records.remove('MCPService/default/memory');
    await records.remove('MCPService/default/memory');
    expect(await new FileRecords(state).load()).to.deep.equal({ documents: [{ key: 'b' }], damaged: [] });
    expect(await readdir(join(state, 'revisions'))).to.deep.equal(['MCPService.default.files.json']);
    const modes = await Promise.all(
      ['revisions', 'revisions/MCPService.default.files.json'].map((name) => stat(join(state, name))),
    );
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).to.deep.equal(['700', '600']);
  });

  it('tell which file is damaged, and give the others', async () => {
    const state = directory.path;
    const records = new FileRecords(state);
    await records.save('MCPService/default/files', { key: 'a' });
    await writeFile(join(state, 'revisions/MCPService.default.broken.json'), '{"key":');
    const { documents, damaged } = await records.load();
    expect(documents).to.deep.equal([{ key: 'a' }]);
    expect(damaged).to.have.lengthOf(1);
    expect(damaged[0]).to.match(/MCPService\.default\.broken\.json: .*JSON/);
  });
});
