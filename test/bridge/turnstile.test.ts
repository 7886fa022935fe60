import { expect } from 'chai';
import { racy, startBridge, stopBridges, toy } from './bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { closeClients, connectLegacy } from './clients.ts';
import { openSession, post, request } from './wire.ts';

describe('bridge, a server that is not safe for concurrent requests', () => {
  afterEach(closeClients);
  afterEach(stopBridges);

  it('gets one request at a time from many clients, and loses no update', async () => {
    const { url } = await startBridge(['--isolation', 'shared', '--max-requests', '1'], racy);
    const clients = await Promise.all([1, 2, 3, 4].map(() => connectLegacy(url)));
    const answers = await Promise.all(clients.flatMap(({ call }) => Array.from({ length: 10 }, () => call('add'))));
    expect(new Set(answers).size).to.equal(40);
  });

  it('would lose updates without that', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], racy);
    const clients = await Promise.all([1, 2, 3, 4].map(() => connectLegacy(url)));
    const answers = await Promise.all(clients.flatMap(({ call }) => Array.from({ length: 10 }, () => call('add'))));
    expect(new Set(answers).size).to.be.below(40);
  });

  it('still tells its health while a request is at work', async () => {
    const bridge = await startBridge(['--isolation', 'shared', '--max-requests', '1'], toy());
    const { client } = await connectLegacy(bridge.url);
    const abort = new AbortController();
    const stuck = client
      .callTool({ name: 'never', arguments: {} }, undefined, { signal: abort.signal })
      .catch(() => 'given up');
    await eventually(async () => (await bridge.health()).body.requests === 1);
    expect((await bridge.health()).code).to.equal(200);
    abort.abort();
    expect(await stuck).to.equal('given up');
    expect((await client.listTools()).tools.length).to.be.above(0);
  });

  it('does not begin what was cancelled before it came: two POSTs arrive in any order', async () => {
    const { url } = await startBridge(['--isolation', 'shared', '--max-requests', '1'], toy());
    const session = await openSession(url);
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    expect((await post(url, cancel, session)).status).to.equal(202);
    expect((await post(url, request(7, 'tools/call', { name: 'never' }), session)).messages).to.deep.equal([]);
    const { messages } = await post(url, request(8, 'tools/list'), session);
    expect(messages.map(({ id }) => id)).to.deep.equal([8]);
  });
});
