import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy } from './clients.ts';
import { openSession, request } from './wire.ts';

describe('bridge, clients that do not read', () => {
  afterEach(closeClients);
  afterEach(stopBridges);

  it('shared: cuts the stream of such a client, cancels its request and serves the others', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], toy());
    const { call } = await connectLegacy(url);
    await askForFlood(url, { count: 60 });
    await eventually(async () => JSON.parse(await call('cancelled')).length === 1);
    expect(await call('echo', { payload: 'served' })).to.equal('served');
  });

  it('session: slows the server down to its client, which still gets all', async () => {
    const { url, stderr } = await startBridge([], toy());
    const response = await askForFlood(url, { count: 60, answers: true });
    // The server has said all it has to say; were it taken from it, the stream would be cut by now.
    await eventually(() => stderr().includes('flood over'));
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).to.be.above(60 * 1024 * 1024);
  });
});

/** Resolves with the open answer, of which nothing is read yet. */
async function askForFlood(url: URL, args: Record<string, unknown>): Promise<IncomingMessage> {
  const session = await openSession(url);
  const headers = { ...session, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const params = { name: 'flood', arguments: args, _meta: { progressToken: 'flood' } };
  return new Promise((resolve, reject) => {
    httpRequest(url, { method: 'POST', headers }, resolve)
      .once('error', reject)
      .end(JSON.stringify(request(1, 'tools/call', params)));
  });
}
