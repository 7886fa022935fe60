import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { agentProgram } from '../../operator/drivers/haproxy/cluster/agent-program.ts';
import { serve, unpack } from '../../operator/drivers/haproxy/cluster/agent.ts';
import { PodProcess } from '../../operator/drivers/haproxy/cluster/pod-process.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http.ts';

describe('the program beside HAProxy', () => {
  const { signal } = new AbortController();
  let directory: string;
  let haproxy: Server;
  let agent: ReturnType<typeof serve>;
  let heard: string[];
  let url: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcpnet-agent-'));
    heard = [];
    haproxy = createServer((socket) => {
      socket.on('data', (data) => {
        heard.push(data.toString());
        socket.end('MCPNET_STRUCTURE=abc\n');
      });
    });
    await new Promise<void>((resolve) => haproxy.listen(join(directory, 'admin.sock'), resolve));
    agent = serve(directory, 'secret', 0);
    await new Promise((resolve) => agent.once('listening', resolve));
    url = `http://127.0.0.1:${(agent.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    agent.closeAllConnections();
    agent.close();
    haproxy.close();
    await rm(directory, { recursive: true, force: true });
  });

  const put = (name: string, token = 'secret'): ReturnType<typeof ask> =>
    ask(`${url}/files/${name}`, { method: 'PUT', headers: { 'x-mcpnet-token': token }, body: 'global\n' });
  const processOf = (token: string): PodProcess =>
    new PodProcess(
      'pod',
      { address: '127.0.0.1', port: Number(new URL(url).port), token: () => token },
      () => undefined,
    );

  it('is one module that needs nothing but Node', () => {
    const imported = [...agentProgram().matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imported.filter((name) => !name?.startsWith('node:'))).to.deep.equal([]);
    expect(agentProgram()).to.not.include('interface ');
  });

  it('is ready once it is told that HAProxy has everything, or when nobody has told so for a while', async () => {
    const isReady = async (at = url): Promise<boolean> => (await ask(`${at}/ready`)).status === 204;
    expect(await isReady()).to.equal(false);
    expect((await ask(`${url}/confirm`, { method: 'POST' })).status).to.equal(401);
    expect(await isReady()).to.equal(false);
    processOf('secret').confirm();
    await eventually(() => isReady());
    const alone = serve(directory, 'secret', 0, 100);
    await new Promise((resolve) => alone.once('listening', resolve));
    await eventually(() => isReady(`http://127.0.0.1:${(alone.address() as AddressInfo).port}`));
    alone.closeAllConnections();
    alone.close();
  });

  it('does nothing for who does not know the token', async () => {
    expect((await put('haproxy.cfg', 'secreT')).status).to.equal(401);
    expect((await ask(`${url}/ask/admin`, { method: 'POST', body: 'show info' })).status).to.equal(401);
    expect(heard).to.deep.equal([]);
    expect(await processOf('other').structure(signal)).to.equal(undefined);
  });

  it('writes what HAProxy reads, and nothing else', async () => {
    expect((await put('haproxy.cfg')).status).to.equal(204);
    expect(await readFile(join(directory, 'haproxy.cfg'), 'utf8')).to.equal('global\n');
    for (const name of ['admin.sock', '..%2fx.cfg', '.cfg', 'a.sh']) expect((await put(name)).status).to.equal(400);
  });

  it('takes files compressed and passes commands on, as the operator sends them', async () => {
    const process = processOf('secret');
    expect(await process.structure(signal)).to.equal('abc');
    expect(heard).to.deep.equal(['show env MCPNET_STRUCTURE\n']);
    await process.deliver('haproxy.cfg', [Buffer.from('a'), Buffer.from('b')]);
    expect(await readFile(join(directory, 'haproxy.cfg'), 'utf8')).to.equal('ab');
    process.remember([Buffer.from('old')]);
    process.remember([Buffer.from('new')]);
    await eventually(async () => expect(await readFile(join(directory, 'haproxy.cfg'), 'utf8')).to.equal('new'));
  });

  it('takes one command at a time, and of HAProxy only', async () => {
    const tell = async (path: string, body: string): Promise<number> =>
      (await ask(`${url}${path}`, { method: 'POST', headers: { 'x-mcpnet-token': 'secret' }, body })).status;
    expect(await tell('/ask/admin', 'show info\ndisable server a/b')).to.equal(400);
    expect(await tell('/ask/other', 'show info')).to.equal(404);
    // HAProxy's master does not run.
    expect(await tell('/ask/master', 'show proc')).to.equal(503);
  });

  it('unpacks a configuration once: what the operator has put there since is younger', async () => {
    const secret = await mkdtemp(join(tmpdir(), 'mcpnet-secret-'));
    await writeFile(join(secret, 'haproxy.cfg.gz'), gzipSync('first'));
    await writeFile(join(secret, 'token'), 'secret');
    unpack(secret, directory);
    expect(await readFile(join(directory, 'haproxy.cfg'), 'utf8')).to.equal('first');
    await writeFile(join(secret, 'haproxy.cfg.gz'), gzipSync('second'));
    unpack(secret, directory);
    expect(await readFile(join(directory, 'haproxy.cfg'), 'utf8')).to.equal('first');
    await rm(secret, { recursive: true });
  });

  it('is looked for again, and said to be back, when it has not answered for a while', async () => {
    let isBack = false;
    const port = Number(new URL(url).port);
    agent.closeAllConnections();
    await new Promise((resolve) => agent.close(resolve));
    const process = new PodProcess('pod', { address: '127.0.0.1', port, token: () => 'secret' }, () => {
      isBack = true;
    });
    expect(await process.structure(signal)).to.equal(undefined);
    agent = serve(directory, 'secret', port);
    await new Promise((resolve) => agent.once('listening', resolve));
    await eventually(async () => {
      await process.structure(signal);
      return isBack;
    });
    expect(await process.structure(signal)).to.equal('abc');
  });
});
