import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { initialize, openSession, request } from '../bridge/wire.ts';
import { modernCall, modernRequest } from '../conformance/modern-request.ts';
import { eventually } from '../support/eventually.ts';
import { FixtureServer } from '../support/fixture-server.ts';
import { ask, statusAt, type Answer } from '../support/http.ts';
import { connect } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('what arrives at a server', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const fixture = new FixtureServer(net);
  const ports = { pair: 0, 'per-session': 1, shared: 2, deaf: 3 };
  /** Long enough for a second attempt to have been made. */
  const secondAttemptMs = 500;

  before('serve', async () => {
    await fixture.bundle();
    await net.write(
      'services.yaml',
      fixture.http('pair', { port: net.port(ports.pair), replicas: 2 }),
      fixture.stdio('per-session', { port: net.port(ports['per-session']) }),
      fixture.stdio('shared', { port: net.port(ports.shared), stdio: { isolation: 'shared' } }),
      // Looked at so seldom that nobody notices when one of them stops listening.
      fixture.http('deaf', {
        port: net.port(ports.deaf),
        replicas: 2,
        healthCheck: { interval: '60s', failureThreshold: 10 },
      }),
    );
    await net.start();
    await net.ready(...Object.keys(ports));
  });

  it('is the end of a request, too, when its client goes', async () => {
    const session = await openSession(net.url(ports.pair));
    const marker = randomUUID();
    const leave = new AbortController();
    const call = fetch(net.url(ports.pair), {
      method: 'POST',
      headers: { ...accept, ...session, 'x-marker': marker },
      body: JSON.stringify(request(1, 'tools/call', { name: 'wait', arguments: { marker } })),
      signal: leave.signal,
    }).then((answer) => answer.text());
    const ended = call.catch(() => 'left');
    await eventually(async () => (await fixture.marked('pair', marker)).length === 1);
    leave.abort();
    expect(await ended).to.equal('left');
    await eventually(async () => {
      expect((await fixture.marked('pair', marker)).map(({ state }) => state)).to.deep.equal(['dropped']);
    });
  });

  for (const name of ['per-session', 'shared'] as const) {
    it(`is notifications/cancelled for a stdio server (${name}) when the client of a request goes`, async () => {
      const url = net.url(ports[name]);
      const session = await openSession(url);
      const marker = randomUUID();
      const leave = new AbortController();
      const headers = { ...accept, ...session };
      const body = JSON.stringify(request(1, 'tools/call', { name: 'wait', arguments: { marker } }));
      const ended = fetch(url, { method: 'POST', headers, body, signal: leave.signal })
        .then((answer) => answer.text())
        .catch(() => 'left');
      const markersOf = async (tool: string): Promise<string> => {
        const question = JSON.stringify(request(2, 'tools/call', { name: tool, arguments: {} }));
        return (await ask(url.href, { method: 'POST', headers, body: question })).body;
      };
      await eventually(async () => (await markersOf('waiting')).includes(marker));
      leave.abort();
      expect(await ended).to.equal('left');
      await eventually(async () => (await markersOf('cancelled')).includes(marker));
    });
  }

  it('arrives once, even if the server closes the connection without an answer', async () => {
    const marker = randomUUID();
    const session = await openSession(net.url(ports.pair));
    const hangups = [
      modernRequest('test/hangup', {}, { 'x-marker': marker }),
      {
        method: 'POST',
        headers: { ...accept, ...session, 'x-marker': marker },
        body: JSON.stringify(request(1, 'test/hangup')),
      },
    ];
    for (const hangup of hangups) {
      const { status, body } = await ask(net.url(ports.pair).href, hangup);
      expect(status).to.equal(502);
      expect(JSON.parse(body)).to.have.nested.property('error.code', -32000);
    }
    // Kept connections are where a proxy is most tempted to try again: the server may just have closed an idle one.
    // HAProxy then closes its client's connection, too, as the server itself would have done.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (const hangup of [...hangups, ...hangups]) {
        const warm = await ask(net.url(ports.pair).href, { ...modernCall('echo', { text: 'warm' }), agent });
        expect(warm.status).to.equal(200);
        const outcome = await ask(net.url(ports.pair).href, { ...hangup, agent }).catch((error: Error) => error);
        expect(outcome instanceof Error ? outcome.message : outcome.status).to.be.oneOf(['socket hang up', 502]);
      }
    } finally {
      agent.destroy();
    }
    await delay(secondAttemptMs);
    expect(await fixture.marked('pair', marker)).to.have.length(6);
  });

  it('arrives once, at the replica that listens, if the other refuses connections', async () => {
    const marker = randomUUID();
    const sessions = await Promise.all(Array.from({ length: 6 }, () => openSession(net.url(ports.deaf))));
    const [origin] = await fixture.direct('deaf');
    await fixture.tell('deaf', '/deaf', { ms: 8_000 }, 1);
    await eventually(async () => (await statusAt(new URL('/seen', origin).href)) === 0);
    const answers: Answer[] = [];
    for (let round = 0; round < 10; round++)
      answers.push(await ask(net.url(ports.deaf).href, modernCall('echo', { text: 'x' }, { 'x-marker': marker })));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 10 }, () => 200));
    const inSessions = await Promise.all(
      sessions.map((session) =>
        ask(net.url(ports.deaf).href, {
          method: 'POST',
          headers: { ...accept, ...session, 'x-marker': `${marker} session` },
          body: JSON.stringify(request(1, 'tools/list')),
        }),
      ),
    );
    // A session of the deaf replica has nobody else to go to: 503 until so many tries in a row tell that it is down.
    const lost = inSessions.filter(({ status }) => status === 503 || status === 404);
    expect(lost.length, 'sessions of the deaf replica').to.be.within(1, 5);
    for (const { status, headers, body } of lost) {
      expect('retry-after' in headers).to.equal(status === 503);
      expect(JSON.parse(body)).to.have.nested.property('error.code', status === 503 ? -32000 : -32001);
    }
    await eventually(async () => (await fixture.arrivals('deaf')).length === 2, { timeoutMs: 20_000 });
    await delay(secondAttemptMs);
    expect(await fixture.marked('deaf', marker)).to.have.length(10);
    expect(await fixture.marked('deaf', `${marker} session`)).to.have.length(6 - lost.length);
  });
});

describe('a session id that is not one of ours', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const fixture = new FixtureServer(net);
  const ownInstance = async (index: number): Promise<string> => (await connect(net.url(index))).sessionId;

  before('serve two services', async () => {
    await fixture.bundle();
    await net.write(
      'services.yaml',
      fixture.http('one', { port: net.port(0), replicas: 2 }),
      fixture.http('other', { port: net.port(1) }),
    );
    await net.start();
    await net.ready('one', 'other');
  });

  const forgeries: Readonly<Record<string, (own: string, others: string) => string>> = {
    "another service's": (_own, others) => others,
    "another service's, named with it": (_own, others) => `default-other/${others}`,
    'its own replica named with its service': (own) => `default-one/${own}`,
    "a replica's that never was": (own) => `00000000-000000.${own.split('.')[1] ?? ''}`,
    'without a replica': (own) => own.split('.')[1] ?? '',
    'an empty one': () => '',
    'a dot': () => '.',
    dots: () => '...',
    'a wildcard': () => '*.1234',
    'a path': () => '../../etc/passwd.1',
    'quotes and blanks': () => `" ' ; ) .1`,
    'format of HAProxy': () => '%[srv_name].%[env(PATH)]',
    'percent signs': () => '%00%0a.1',
    'not ASCII': () => '\u00fc\u00ff.1',
    'two in one': (own, others) => `${others}, ${own}`,
    'a thousand characters': () => `${'a'.repeat(1_000)}.1`,
    'eight thousand characters': () => 'a'.repeat(8_000),
  };
  for (const [title, forge] of Object.entries(forgeries)) {
    it(`is answered 404 as the protocol says, and reaches no server: ${title}`, async () => {
      const sessionId = forge(await ownInstance(0), await ownInstance(1));
      const marker = randomUUID();
      const headers = { ...accept, 'mcp-session-id': sessionId, 'x-marker': marker };
      const body = JSON.stringify(request(1, 'tools/list'));
      for (const question of [
        { method: 'POST', headers, body },
        { method: 'GET', headers },
        { method: 'DELETE', headers },
      ]) {
        const answer = await ask(net.url(0).href, question);
        expect(answer.status, `${question.method}: ${answer.body}`).to.equal(404);
        expect(JSON.parse(answer.body)).to.have.nested.property('error.code', -32001);
      }
      for (const name of ['one', 'other']) expect(await fixture.marked(name, marker), name).to.deep.equal([]);
    });
  }

  it('ends nothing: the sessions that it resembles go on', async () => {
    const session = await connect(net.url(0));
    const [replica = '', id = ''] = session.sessionId.split('.');
    for (const sessionId of [`${replica}.${id}x`, `${replica}.`, `${replica}x.${id}`]) {
      const headers = { ...accept, 'mcp-session-id': sessionId };
      expect((await ask(net.url(0).href, { method: 'DELETE', headers })).status, sessionId).to.be.within(400, 404);
    }
    expect(await session.call('echo', { text: 'still here' })).to.equal('still here');
  });

  it('does not keep a client from beginning anew', async () => {
    const answer = await ask(net.url(0).href, { method: 'POST', headers: accept, body: JSON.stringify(initialize()) });
    expect(answer.status).to.equal(200);
  });
});
