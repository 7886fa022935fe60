import { expect } from 'chai';
import { ensureImages } from '../../deploy/images/ensure.ts';
import { openSession, request } from '../bridge/wire.ts';
import { EventReader } from '../conformance/event-reader.ts';
import { modernCall } from '../conformance/modern-request.ts';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { FixtureServer } from '../support/fixture-server.ts';
import { ask } from '../support/http.ts';
import { connect, connectSse, type McpSession } from '../support/mcp-clients.ts';
import { service, type Manifest } from '../support/manifests.ts';
import { conditionOf } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const notFound = -32001;

for (const version of ['3.0', '3.2']) {
  describe(`sessions through HAProxy ${version}`, function () {
    this.timeout(90_000);
    const image = `mcpnet/haproxy:${version}`;
    const net = useTestNetwork({ spec: { loadBalancer: { haproxy: { image } } } });
    const fixture = new FixtureServer(net);
    const server = (replicas: number): Manifest =>
      fixture.http('server', { port: net.port(0), replicas, rollout: { drainTimeout: '6s' } });

    before('serve two replicas', async () => {
      await ensureImages([image], { docker });
      await fixture.bundle();
      await net.write('server.yaml', server(2));
      await net.write(
        'sse.yaml',
        service('sse', {
          image: 'mcpnet/everything:2026.8.31',
          transport: 'sse',
          mcpPort: 3001,
          args: ['sse'],
          env: [{ name: 'PORT', value: '3001' }],
          resources: { memory: '512Mi', pids: 128 },
          port: net.port(1),
          replicas: 2,
        }),
      );
      await net.start();
      await net.ready('server', 'sse');
    });

    it('is the version that runs', async () => {
      expect((await net.haproxy.info())['Version']).to.match(new RegExp(`^${version.replace('.', '\\.')}\\.`));
    });

    it('names the replica in the id that a client gets, and not in the one that the server made', async () => {
      const { 'mcp-session-id': sessionId = '' } = await openSession(net.url(0));
      const [replica = '', ...rest] = sessionId.split('.');
      expect((await net.haproxy.servers('server')).map(({ svname }) => svname)).to.include(replica);
      const seen = (await fixture.arrivals('server')).flatMap(({ requests }) => requests);
      expect(seen.map(({ headers }) => headers['mcp-session-id'])).to.include(rest.join('.'));
    });

    it('keeps every session with its replica, and gives both replicas some', async () => {
      const sessions = await Promise.all(Array.from({ length: 6 }, () => connect(net.url(0))));
      expect(new Set(sessions.map(replicaOf)).size).to.equal(2);
      for (let round = 0; round < 3; round++) await allAnswer(sessions);
      await Promise.all(sessions.map((session) => session.end()));
    });

    it('keeps the two endpoints of HTTP+SSE on one replica', async () => {
      const sessions = await Promise.all(
        Array.from({ length: 4 }, () => connectSse(new URL(`http://127.0.0.1:${net.port(1)}/sse`))),
      );
      const answers = await Promise.all(
        sessions.map((session, index) => session.call('echo', { message: `${index}` })),
      );
      expect(answers).to.deep.equal(sessions.map((_, index) => `Echo: ${index}`));
    });

    it('brings the events of a stream as they come', async () => {
      const stream = await EventReader.open(net.url(0), modernCall('quiet', { ms: 500 }));
      expect(await stream.message()).to.have.property('method', 'notifications/progress');
      expect(stream.hasEnded).to.equal(false);
      expect(await stream.message()).to.have.nested.property('result.content[0].text', 'after a silence');
    });

    it('tells a session of a replica that is gone 404, so that its client begins anew', async () => {
      const { status, body } = await listTools('0badcafe-000000.1234');
      expect(status).to.equal(404);
      expect(JSON.parse(body)).to.have.nested.property('error.code', notFound);
    });

    it('grows and shrinks without a reload, a failed request or a lost session', async () => {
      const before = await net.haproxy.reloads();
      const kept = await Promise.all(Array.from({ length: 4 }, () => connect(net.url(0))));
      const traffic = new Traffic(net.url(0));
      await net.change('server.yaml', server(4));
      await allAnswer(kept);
      // The newest go first, and none of these sessions is theirs.
      await net.change('server.yaml', server(2));
      const { failures } = await traffic.end();
      expect(failures).to.deep.equal([]);
      await allAnswer(kept);
      expect((await net.haproxy.reloads()) - before).to.equal(0);
    });

    it('lets a session of a replica that leaves go on until it drained, and then says 404', async () => {
      const sessions = await Promise.all(Array.from({ length: 4 }, () => connect(net.url(0))));
      await net.write('server.yaml', server(1));
      const leaving = await eventually(async () => {
        const draining = (await net.haproxy.servers('server')).find(({ status }) => status?.startsWith('DRAIN'));
        if (!draining) throw new Error('no replica drains yet');
        return draining['svname'];
      });
      const staying = await connect(net.url(0));
      expect(replicaOf(staying)).not.to.equal(leaving);
      const theirs = sessions.filter((session) => replicaOf(session) === leaving);
      expect(theirs).not.to.be.empty;
      await allAnswer([...sessions, staying]);
      await eventually(async () => (await net.haproxy.servers('server')).length === 1, { timeoutMs: 30_000 });
      for (const { sessionId } of theirs) expect((await listTools(sessionId)).status).to.equal(404);
      await allAnswer(sessions.filter((session) => replicaOf(session) !== leaving));
    });

    function listTools(sessionId: string): ReturnType<typeof ask> {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': sessionId,
      };
      return ask(net.url(0).href, { method: 'POST', headers, body: JSON.stringify(request(1, 'tools/list')) });
    }
  });
}

describe('a balancer that is too old', function () {
  this.timeout(90_000);
  const image = 'mcpnet/haproxy:2.6';
  const net = useTestNetwork({ spec: { loadBalancer: { haproxy: { image } } } });

  before('start', async () => {
    await ensureImages([image], { docker });
    await net.start();
  });

  it('is refused with its version, what it lacks and what to do, and never runs', async () => {
    const ready = await eventually(
      async () => {
        const condition = conditionOf(await net.status('default', 'MCPNetwork'), 'Ready');
        if (condition?.reason !== 'BalancerTooOld') throw new Error(`Ready is ${JSON.stringify(condition)}`);
        return condition;
      },
      { timeoutMs: 30_000 },
    );
    expect(ready.status).to.equal('False');
    expect(ready.message).to.match(/mcpnet\/haproxy:2\.6.* 2\.6.*time-outs per answer.*events of servers.*3\.0/s);
    expect((await net.containers('default', 'MCPNetwork')).map(({ Image }) => Image)).not.to.include(image);
  });
});

function replicaOf({ sessionId }: McpSession): string {
  return sessionId.split('.')[0] ?? '';
}

async function allAnswer(sessions: readonly McpSession[]): Promise<void> {
  const answers = await Promise.all(sessions.map((session, index) => session.call('echo', { text: `${index}` })));
  expect(answers).to.deep.equal(sessions.map((_, index) => `${index}`));
}
