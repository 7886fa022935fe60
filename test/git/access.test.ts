import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { serveGit, type GitServer } from './http-server.ts';
import { manifest } from './origin.ts';
import { namesIn, useSource } from './use-source.ts';

const token = 'ghp-0123456789-token';

describe('a repository over http', () => {
  const bench = useSource();
  let server: GitServer;
  beforeEach(async () => {
    server = await serveGit(bench().origin.root, token);
    await bench().origin.push({ 'a.yaml': manifest('a') });
  });
  afterEach(() => server.close());

  it('is read with the token of a secret, which is sent unasked and told to nobody', async () => {
    const { open, secret, origin, state } = bench();
    secret['token'] = token;
    const source = open({ url: server.url });
    expect(await namesIn(source)).to.deep.equal(['a']);
    expect(server.authorizations.every((each) => each !== undefined)).to.equal(true);
    await origin.push({ 'b.yaml': manifest('b') });
    expect(await namesIn(source)).to.deep.equal(['a', 'b']);
    const config = await origin.git(['config', '--list', '--file', join(state, 'git', 'repository', 'config')]);
    expect(config).to.not.match(/authorization|token/i);
  });

  it('says that it is not let in, without the token, and goes on with what it has', async () => {
    const { open, secret } = bench();
    secret['token'] = token;
    const source = open({ url: server.url });
    await source.scan();
    secret['token'] = 'ghp-9876543210-wrong';
    expect(await namesIn(source)).to.deep.equal(['a']);
    const message = source.report().failure?.message ?? '';
    expect(message).to.match(/git fetch failed.*(Authentication failed|could not read Username)/);
    expect(message).to.not.contain('ghp-9876543210');
    expect(message).to.not.contain(Buffer.from('git:ghp-9876543210-wrong').toString('base64'));
  });

  it('asks nobody for a password where none is given', async () => {
    const source = bench().open({ url: server.url });
    expect(await namesIn(source)).to.deep.equal([]);
    expect(source.report().failure?.message).to.match(/could not read Username/);
  });

  it('is not followed to where a server sends it', async () => {
    const { open, secret } = bench();
    secret['token'] = token;
    server.status = 301;
    const source = open({ url: server.url });
    await source.scan();
    expect(source.report().failure?.message).to.match(/git fetch failed/);
    expect(server.requests).to.have.lengthOf(1);
  });

  it('can be read again as soon as its server answers again', async () => {
    const { open, secret, told } = bench();
    secret['token'] = token;
    const source = open({ url: server.url });
    await source.scan();
    server.status = 503;
    await source.scan();
    await source.scan();
    expect(source.report().failure?.attempts).to.equal(2);
    server.status = undefined;
    await source.scan();
    expect(source.report().failure).to.equal(undefined);
    expect(told).to.deep.equal(['Normal CommitApplied', 'Warning RepositoryUnreadable', 'Normal RepositoryRead']);
  });

  it('leaves no key and no token on the disk', async () => {
    const { open, secret, state } = bench();
    secret['token'] = token;
    await open({ url: server.url }).scan();
    expect(await readdir(join(state, 'git'))).to.have.members(['repository', 'applied.json']);
  });
});
