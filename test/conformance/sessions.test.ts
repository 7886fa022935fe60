import { expect } from 'chai';
import { openSession, request } from '../bridge/wire.ts';
import { FixtureServer } from '../support/fixture-server.ts';
import { ask } from '../support/http.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { EventReader } from './event-reader.ts';
import { modernRequest } from './modern-request.ts';

const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
/** What a server may say that is not 200, each with a body of its own. */
const statuses = [202, 204, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 421, 429, 500, 501, 502, 503, 504];

describe('revisions with sessions: the path changes nothing', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const fixture = new FixtureServer(net);
  const ways = [
    ['directly', async () => (await fixture.direct('server'))[0] ?? net.url(0)],
    ['through us', () => Promise.resolve(net.url(0))],
  ] as const;

  before('serve two replicas', async () => {
    await fixture.bundle();
    await net.write('server.yaml', fixture.http('server', { port: net.port(0), replicas: 2 }));
    await net.start();
    await net.ready('server');
  });

  for (const [way, locate] of ways) {
    it(`goes on after the server has ended a stream, with Last-Event-ID, ${way}`, async () => {
      const url = await locate();
      const session = { ...(await openSession(url)), 'mcp-protocol-version': '2025-11-25' };
      const body = JSON.stringify(request(1, 'tools/call', { name: 'test_reconnection', arguments: {} }));
      const first = await EventReader.open(url, { method: 'POST', headers: session, body });
      await first.end();
      expect(first.eventIds, 'the event that primes').to.have.length(1);
      const headers = { ...session, 'last-event-id': first.eventIds.join() };
      const second = await EventReader.open(url, { method: 'GET', headers });
      const answer = await second.message();
      second.close();
      expect(answer).to.have.nested.property('result.content[0].text', 'Reconnection test completed successfully');
    });
  }

  it('leaves every visible character of a session id as the server made it', async () => {
    const session = await openSession(net.url(0));
    const [, ...own] = session['mcp-session-id']?.split('.') ?? [];
    const headers = { ...accept, ...session, 'x-marker': 'visible' };
    const { status } = await ask(net.url(0).href, {
      method: 'POST',
      headers,
      body: JSON.stringify(request(1, 'ping')),
    });
    expect(status).to.equal(200);
    const [seen] = await fixture.marked('server', 'visible');
    expect(seen?.headers['mcp-session-id']).to.equal(own.join('.')).and.match(/~$/);
  });

  for (const kind of ['in a session', 'of revision 2026-07-28']) {
    it(`hands on whatever the server answers to a request ${kind}: status, headers and body`, async () => {
      for (const status of statuses) {
        const [direct, throughUs] = await Promise.all(
          ways.map(async ([, locate]) => {
            const url = await locate();
            const params = {
              status,
              headers: {
                'content-type': 'application/json',
                'www-authenticate':
                  'Bearer resource_metadata="https://mcp.example/.well-known/oauth-protected-resource"',
                'retry-after': '17',
                'x-own': 'kept',
              },
              body:
                status === 204
                  ? ''
                  : JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'own' } }),
            };
            const old = {
              method: 'POST',
              headers: { ...accept, ...(await openSession(url)) },
              body: JSON.stringify(request(1, 'test/answer', params)),
            };
            const { headers, ...rest } = await ask(
              url.href,
              kind === 'in a session' ? old : modernRequest('test/answer', params),
            );
            const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...kept } = headers;
            return { ...rest, headers: kept };
          }),
        );
        expect(throughUs, `answered ${status}`).to.deep.equal(direct);
        expect(throughUs?.status).to.equal(status);
      }
    });
  }
});
