import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type BridgeProcess, startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy, connectModern } from './clients.ts';
import { initialize, openSession, post, postModern, request } from './wire.ts';

describe('bridge, on the wire', () => {
  let bridge: BridgeProcess;
  let url: URL;
  before(async () => ({ url } = bridge = await startBridge(['--isolation', 'shared'], toy())));
  afterEach(closeClients);
  after(stopBridges);

  const outcome = ({ status, messages }: Awaited<ReturnType<typeof post>>) => [status, messages[0]?.error?.code];

  it('follows the rules of sessions', async () => {
    const session = await openSession(url);
    expect(outcome(await post(url, request(1, 'ping'), session))).to.deep.equal([200, undefined]);
    expect(outcome(await post(url, request(1, 'ping')))).to.deep.equal([400, -32000]);
    expect(outcome(await post(url, request(1, 'ping'), { 'mcp-session-id': 'unknown' }))).to.deep.equal([404, -32001]);
    expect(outcome(await post(url, initialize(), session))).to.deep.equal([400, -32600]);
    expect(
      outcome(await post(url, request(1, 'ping'), { ...session, 'mcp-protocol-version': '2020-01-01' })),
    ).to.deep.equal([400, -32000]);
    expect((await fetch(url, { method: 'DELETE', headers: session })).status).to.equal(200);
    expect(outcome(await post(url, request(1, 'ping'), session))).to.deep.equal([404, -32001]);
    expect((await fetch(url, { method: 'DELETE', headers: session })).status).to.equal(404);
    expect((await fetch(url, { headers: { accept: 'text/event-stream', ...session } })).status).to.equal(404);
  });

  it('follows the rules of HTTP', async () => {
    expect(outcome(await post(url, '{'))).to.deep.equal([400, -32700]);
    expect(outcome(await post(url, '[]'))).to.deep.equal([400, -32600]);
    expect(outcome(await post(url, { hello: 1 }))).to.deep.equal([400, -32600]);
    expect(outcome(await post(url, initialize(), { accept: 'application/json' }))).to.deep.equal([406, -32000]);
    expect(outcome(await post(url, initialize(), { 'content-type': 'text/plain' }))).to.deep.equal([415, -32000]);
    expect(outcome(await post(url, `"${'x'.repeat(5_000_000)}"`))).to.deep.equal([413, -32000]);
    expect((await fetch(url, { method: 'PUT' })).headers.get('allow')).to.equal('GET, POST, DELETE');
    expect((await fetch(new URL('/other', url))).status).to.equal(404);
  });

  it('answers a batch on one stream', async () => {
    const session = await openSession(url);
    const batch = [request('a', 'ping'), request('b', 'tools/list'), { jsonrpc: '2.0', method: 'notifications/x' }];
    const { messages } = await post(url, batch, session);
    expect(messages.map(({ id }) => id)).to.have.members(['a', 'b']);
  });

  it('passes on unknown methods, fields and large answers unharmed', async () => {
    const session = await openSession(url);
    expect(outcome(await post(url, request(1, 'x/unknown'), session))).to.deep.equal([200, -32601]);
    const { call } = await connectLegacy(url);
    expect((await call('big', { bytes: 3_000_000 })).length).to.equal(3_000_000);
  });

  it('follows the rules of the sessionless era', async () => {
    const discovered = (await postModern(url, 'server/discover')).messages[0].result;
    expect(discovered.supportedVersions).to.deep.equal(['2026-07-28']);
    expect(discovered.capabilities).to.have.property('tools');
    const listed = await postModern(url, 'tools/list');
    expect([listed.status, listed.messages[0].result.resultType]).to.deep.equal([200, 'complete']);
    expect(listed.headers.get('mcp-session-id')).to.equal(null);
    expect(outcome(await postModern(url, 'x/unknown'))).to.deep.equal([404, -32601]);
    expect(outcome(await postModern(url, 'ping'))).to.deep.equal([404, -32601]);
    expect(outcome(await postModern(url, 'tools/list', {}, { 'mcp-protocol-version': '2099-01-01' }))).to.deep.equal([
      400, -32022,
    ]);
    expect(outcome(await postModern(url, 'tools/list', {}, { 'mcp-method': 'tools/call' }))).to.deep.equal([
      400, -32020,
    ]);
    expect(outcome(await postModern(url, 'tools/call', { name: 'echo' }, { 'mcp-name': 'other' }))).to.deep.equal([
      400, -32020,
    ]);
    expect((await postModern(url, 'tools/call', { name: 'echo' }, { 'mcp-param-x': 'unknown' })).status).to.equal(200);
    expect(
      (await fetch(url, { headers: { accept: 'text/event-stream', 'mcp-protocol-version': '2026-07-28' } })).status,
    ).to.equal(405);
  });

  it('streams progress in the sessionless era, with the token of the one who asked', async () => {
    const _meta = { progressToken: 'mine' };
    const { messages } = await postModern(url, 'tools/call', { name: 'progress', arguments: { payload: 'p' }, _meta });
    expect(messages.map(({ params }) => params?.progressToken)).to.deep.equal(['mine', 'mine', 'mine', undefined]);
  });

  it('takes a closed connection for a cancellation in the sessionless era', async () => {
    const { call } = await connectModern(url);
    const before = JSON.parse(await call('cancelled')).length;
    const hangUp = new AbortController();
    const lost = postModern(url, 'tools/call', { name: 'never' }, {}, hangUp.signal).catch(() => 'hung up');
    await call('echo', { payload: 'it is under way' });
    hangUp.abort();
    expect(await lost).to.equal('hung up');
    await eventually(async () => JSON.parse(await call('cancelled')).length === before + 1);
  });

  it('answers 413 to a body without a declared length, too', async () => {
    const body = new Blob([new Uint8Array(6_000_000).fill(32)]).stream();
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', body, headers, duplex: 'half' });
    expect(response.status).to.equal(413);
  });

  it('reports a healthy server as it is', async () => {
    const { code, body } = await bridge.health();
    expect(code).to.equal(200);
    expect(body).to.deep.include({ status: 'ok', isolation: 'shared', maxSessions: 24, children: 1 });
    expect(body).to.deep.include({ serverInfo: { name: 'toy', version: '7.0.0' }, protocolVersion: '2025-11-25' });
  });

  it('asks the server once, however many ask for its health', async () => {
    const { call } = await connectLegacy(url);
    const before = Number(await call('pings'));
    // Until the answer of before is a second old, nobody is asked at all.
    const pings = await eventually(async () => {
      await Promise.all(Array.from({ length: 50 }, () => bridge.health()));
      const now = Number(await call('pings'));
      return now > before && now;
    });
    expect(pings).to.equal(before + 1);
  });

  it('reports a server that does not answer', async () => {
    const { call } = await connectLegacy(url);
    await call('mute');
    const answers = await Promise.all(Array.from({ length: 10 }, () => bridge.health()));
    for (const { code } of answers) expect(code).to.be.oneOf([200, 503]);
    const { code, body } = await lastHealth(bridge);
    expect([code, body.reason]).to.deep.equal([503, 'the server process does not answer ping']);
  });
});

/** The answers of the last second are repeated, so the next may still be of before. */
async function lastHealth(bridge: BridgeProcess) {
  for (;;) {
    const answer = await bridge.health();
    if (answer.code !== 200) return answer;
  }
}
