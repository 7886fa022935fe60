import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../deploy/images/build.ts';
import { closeClients, connectModern } from '../support/mcp-clients.ts';
import { addressOf, eventually, withConfined } from './confined.ts';

const image = 'mcpnet-test/tiny:1';

describe('the tiny MCP server', function () {
  this.timeout(60_000);
  const docker = new Docker();

  before(async function () {
    this.timeout(300_000);
    await ensureImages([image], { docker });
  });

  afterEach(closeClients);

  it('holds a session from initialize to DELETE', async () => {
    await withConfined(docker, { image }, async (container) => {
      const url = await ready(container);
      const opened = await post(url, 'initialize', { protocolVersion: '2025-06-18' });
      const session = opened.headers.get('mcp-session-id') ?? '';
      expect(session).to.have.length(36);
      const who = await (await post(url, 'tools/call', { name: 'whoami' }, session)).json();
      const { Config } = await container.inspect();
      expect(who).to.have.nested.property('result.content[0].text', Config.Hostname);

      const stream = await fetch(url, { headers: { 'mcp-session-id': session } });
      expect(stream.headers.get('content-type')).to.equal('text/event-stream');
      expect((await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': session } })).status).to.equal(204);
      expect(await stream.text()).to.equal('');
      expect((await post(url, 'tools/list', {}, session)).status).to.equal(404);
    });
  });

  it('remembers for one session, and tells which process answers', async () => {
    await withConfined(docker, { image }, async (container) => {
      const url = await ready(container);
      const [one, other] = await Promise.all([open(url), open(url)]);
      await post(url, 'tools/call', { name: 'remember', arguments: { text: 'first' } }, one);
      const [mine, others] = await Promise.all([recall(url, 'a', one), recall(url, 'b', other)]);
      expect(mine).to.deep.include({ text: 'a', memory: 'first' });
      expect(others).to.deep.include({ text: 'b', process: mine['process'] }).and.not.to.have.property('memory');
      await container.restart({ t: 1 });
      const again = await ready(container);
      expect(await recall(again, 'c', await open(again)))
        .to.have.property('process')
        .not.equal(mine['process']);
    });
  });

  it('speaks revision 2026-07-28 with STATELESS', async () => {
    await withConfined(docker, { image, environment: ['STATELESS=1'] }, async (container) => {
      const client = await connectModern(new URL(await ready(container)));
      expect(await client.tools()).to.include('recall');
      expect(await client.call('sleep', { text: 'late', ms: 1 })).to.equal('late');
      expect(await client.call('burn', { text: 'hot', ms: 1 })).to.equal('hot');
    });
  });

  it('ends at once on SIGTERM', async () => {
    await withConfined(docker, { image }, async (container) => {
      await ready(container);
      const startedAt = performance.now();
      await container.stop({ t: 10 });
      expect(performance.now() - startedAt).to.be.lessThan(3000);
      expect((await container.inspect()).State.ExitCode).to.equal(0);
    });
  });

  it('fails after FAIL_AFTER_MS', async () => {
    await withConfined(docker, { image, environment: ['FAIL_AFTER_MS=50'] }, async (container) => {
      expect(await container.wait()).to.deep.include({ StatusCode: 1 });
    });
  });

  it('says nothing with NEVER_SPEAK', async () => {
    await withConfined(docker, { image, environment: ['NEVER_SPEAK=1'] }, async (container) => {
      const url = `http://${await addressOf(container)}:3000/health`;
      const failure = await eventually(async () => {
        const cause = await fetch(url, { signal: AbortSignal.timeout(500) }).then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
        if (cause?.name !== 'TimeoutError') throw new Error('not listening yet', { cause });
        return cause;
      });
      expect(failure.name).to.equal('TimeoutError');
    });
  });
});

async function ready(container: Docker.Container): Promise<string> {
  const origin = `http://${await addressOf(container)}:3000`;
  await eventually(() => fetch(`${origin}/health`));
  return `${origin}/mcp`;
}

async function open(url: string): Promise<string> {
  const opened = await post(url, 'initialize', { protocolVersion: '2025-06-18' });
  return opened.headers.get('mcp-session-id') ?? '';
}

async function recall(url: string, text: string, session: string): Promise<Record<string, unknown>> {
  const answer = await post(url, 'tools/call', { name: 'recall', arguments: { text } }, session);
  const { result } = (await answer.json()) as { result: { content: { text: string }[] } };
  return JSON.parse(result.content[0]?.text ?? '{}') as Record<string, unknown>;
}

function post(url: string, method: string, params: object, session?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(session && { 'mcp-session-id': session }) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}
