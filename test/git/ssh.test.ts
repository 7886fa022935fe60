import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from './origin.ts';
import { serveSsh, type SshServer } from './ssh-server.ts';
import { namesIn, useSource } from './use-source.ts';

describe('a repository over ssh', () => {
  const bench = useSource();
  let server: SshServer;
  beforeEach(async () => {
    server = await serveSsh(bench().origin.root);
    await bench().origin.push({ 'a.yaml': manifest('a') });
  });
  afterEach(() => {
    server.close();
  });

  it('is read with the key of a secret from the host that is known, and the key does not stay on the disk', async () => {
    const { open, secret, state, origin } = bench();
    Object.assign(secret, { 'ssh-privatekey': server.key, known_hosts: server.knownHosts });
    const source = open({ url: server.url });
    expect(await namesIn(source)).to.deep.equal(['a']);
    await origin.push({ 'b.yaml': manifest('b') });
    expect(await namesIn(source)).to.deep.equal(['a', 'b']);
    expect(await readdir(join(state, 'git'))).to.have.members(['repository', 'applied.json']);
  });

  it('is not read from a host that is not the known one, with another key, or without', async () => {
    const { open, secret } = bench();
    const source = open({ url: server.url });
    const failure = async (): Promise<string | undefined> => {
      await source.scan();
      return source.report().failure?.message;
    };
    expect(await failure()).to.match(/needs the key "ssh-privatekey" of the secret fleet/);
    secret['ssh-privatekey'] = server.key;
    expect(await failure()).to.match(/needs the key "known_hosts".*ssh-keyscan/);
    secret['known_hosts'] = server.knownHosts.replace(
      /AAAA\S+/,
      'AAAAC3NzaC1lZDI1NTE5AAAAIGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJh',
    );
    expect(await failure()).to.match(/Host key verification failed/);
    Object.assign(secret, { 'ssh-privatekey': 'no key at all', known_hosts: server.knownHosts });
    expect(await failure()).to.match(/Permission denied|invalid format|error in libcrypto/);
    expect(await namesIn(source)).to.deep.equal([]);
  });
});
