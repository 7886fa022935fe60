import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyStripped, readDynamicFacts } from '../../deploy/images/elf.ts';
import { plainMode, writeLayer, type LayerEntry } from '../../deploy/images/layer.ts';

describe('layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpnet-layer-'));
  after(() => rmSync(folder, { recursive: true }));

  const entries: readonly LayerEntry[] = [
    { kind: 'text', path: '/etc/deep/file', text: 'first' },
    { kind: 'text', path: '/etc/deep/file', text: 'second' },
    { kind: 'directory', path: '/data', mode: 0o750, uid: 1000 },
    { kind: 'link', path: '/bin', target: 'usr/bin' },
  ];

  it('are the same bytes for the same contents in any order', async () => {
    await writeLayer(entries, join(folder, 'a.tar'));
    await writeLayer([...entries.slice(2), ...entries.slice(0, 2)], join(folder, 'b.tar'));
    expect(readFileSync(join(folder, 'a.tar')).equals(readFileSync(join(folder, 'b.tar')))).to.equal(true);
  });

  it('state owners, modes and parents, whoever writes them; the last statement of a path wins', async () => {
    await writeLayer(entries, join(folder, 'c.tar'));
    const listing = execFileSync('tar', ['--numeric-owner', '-tvf', join(folder, 'c.tar')], { encoding: 'utf8' });
    expect(
      listing
        .trim()
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    ).to.deep.equal([
      'lrwxrwxrwx 0/0 0 2020-01-01 00:00 bin -> usr/bin',
      'drwxr-x--- 1000/1000 0 2020-01-01 00:00 data',
      'drwxr-xr-x 0/0 0 2020-01-01 00:00 etc',
      'drwxr-xr-x 0/0 0 2020-01-01 00:00 etc/deep',
      '-rw-r--r-- 0/0 6 2020-01-01 00:00 etc/deep/file',
    ]);
  });

  it('carry no set-user-id bit', async () => {
    const path = join(folder, 'privileged');
    writeFileSync(path, '');
    chmodSync(path, 0o4755);
    expect(await plainMode(path)).to.equal(0o755);
  });
});

describe('ELF files', () => {
  it('tell their loader and the libraries they need', () => {
    const facts = readDynamicFacts(process.execPath);
    expect(facts?.interpreter).to.match(/^\/lib.*\/ld-linux/);
    expect(facts?.needed).to.include('libc.so.6');
  });

  it('are nothing else', () => {
    expect(readDynamicFacts(import.meta.filename)).to.equal(undefined);
  });

  it('still run without their symbols', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcpnet-elf-'));
    try {
      const stripped = join(folder, 'node');
      copyStripped(process.execPath, stripped);
      expect(statSync(stripped).size).to.be.at.most(statSync(process.execPath).size);
      expect(execFileSync(stripped, ['--version'], { encoding: 'utf8' }).trim()).to.equal(process.version);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
