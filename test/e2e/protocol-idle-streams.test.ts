import { expect } from 'chai';
import { openSession, request } from '../bridge/wire.ts';
import { EventReader } from '../conformance/event-reader.ts';
import { modernCall } from '../conformance/modern-request.ts';
import { FixtureServer } from '../support/fixture-server.ts';
import { ask } from '../support/http.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Of client and server; every silence below is several times as long. */
const timeout = '1500ms';
const silenceMs = 4_000;

describe('a stream that says nothing for longer than the time-outs of client and server', function () {
  this.timeout(60_000);
  const net = useTestNetwork({
    spec: { loadBalancer: { haproxy: { timeouts: { client: timeout, server: timeout, stream: '30s' } } } },
  });
  const fixture = new FixtureServer(net);
  const ports = { http: 0, 'per-session': 1, shared: 2 };

  before('serve', async () => {
    await fixture.bundle();
    await net.write(
      'services.yaml',
      fixture.http('http', { port: net.port(ports.http), replicas: 2 }),
      fixture.stdio('per-session', { port: net.port(ports['per-session']) }),
      fixture.stdio('shared', { port: net.port(ports.shared), stdio: { isolation: 'shared' } }),
    );
    await net.start();
    await net.ready(...Object.keys(ports));
  });

  for (const name of ['http', 'per-session', 'shared'] as const) {
    it(`brings the answer of a call (${name})`, async () => {
      const stream = await EventReader.open(net.url(ports[name]), {
        method: 'POST',
        headers: await openSession(net.url(ports[name])),
        body: JSON.stringify(
          request(1, 'tools/call', { name: 'quiet', arguments: { ms: silenceMs }, _meta: { progressToken: 1 } }),
        ),
      });
      expect(await stream.message()).to.have.property('method', 'notifications/progress');
      expect(await stream.message()).to.have.nested.property('result.content[0].text', 'after a silence');
      await stream.end();
    });
  }

  for (const name of ['http', 'per-session'] as const) {
    it(`brings what a session's GET stream has to say (${name})`, async () => {
      const url = net.url(ports[name]);
      const session = await openSession(url);
      const stream = await EventReader.open(url, { method: 'GET', headers: session });
      expect(stream.status).to.equal(200);
      const later = request(1, 'tools/call', { name: 'log_later', arguments: { ms: silenceMs } });
      const headers = { ...session, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      await ask(url.href, { method: 'POST', headers, body: JSON.stringify(later) });
      expect(await stream.message()).to.have.nested.property('params.data', `${silenceMs} ms later`);
      expect(stream.hasEnded).to.equal(false);
      stream.close();
    });
  }

  it('brings the answer of a call of revision 2026-07-28', async () => {
    const stream = await EventReader.open(net.url(ports.http), modernCall('quiet', { ms: silenceMs }));
    expect(await stream.message()).to.have.property('method', 'notifications/progress');
    expect(await stream.message()).to.have.nested.property('result.content[0].text', 'after a silence');
  });

  it('is another thing than a server that does not begin to answer: that is 504, and JSON-RPC', async () => {
    const { status, body } = await ask(net.url(ports.http).href, modernCall('wait', { marker: 'too long' }));
    expect(status).to.equal(504);
    expect(JSON.parse(body)).to.have.nested.property('error.code', -32000);
  });
});
