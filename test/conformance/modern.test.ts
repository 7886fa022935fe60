import { Agent } from 'node:http';
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { openSession, post, postModern, request, type Answer } from '../bridge/wire.ts';
import { eventually } from '../support/eventually.ts';
import { FixtureServer } from '../support/fixture-server.ts';
import { ask } from '../support/http.ts';
import { connect, connectModern } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { EventReader } from './event-reader.ts';
import { modernCall } from './modern-request.ts';
import { modernScenarios } from './modern-scenarios.ts';

describe('revision 2026-07-28: the path changes nothing', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const fixture = new FixtureServer(net);
  const subjects = [
    { name: 'modern', title: 'a server of that revision', mcpPort: 3000 },
    { name: 'bridged', title: 'an older server behind the bridge', mcpPort: 8080 },
  ];
  const ways = [
    ['directly', async (name: string, mcpPort: number) => (await fixture.direct(name, mcpPort))[0] ?? net.url(0)],
    ['through us', (name: string) => Promise.resolve(urlOf(name))],
  ] as const;
  const urlOf = (name: string): URL => net.url(subjects.findIndex((subject) => subject.name === name));

  before('serve both', async () => {
    await fixture.bundle();
    await net.write(
      'subjects.yaml',
      fixture.http('modern', { port: net.port(0), replicas: 2 }),
      // By itself: open streams of other tests would count as load on one of its replicas.
      fixture.http('spread', { port: net.port(2), replicas: 2 }),
      fixture.stdio('bridged', { port: net.port(1), replicas: 2, stdio: { isolation: 'shared' } }),
    );
    await net.start();
    await net.ready('modern', 'bridged', 'spread');
  });

  for (const { name, title, mcpPort } of subjects) {
    describe(title, () => {
      for (const scenario of modernScenarios) {
        it(`answers ${scenario.title} with ${scenario.expected.join(' and ')}, directly and through us`, async () => {
          const [direct, throughUs] = await Promise.all(
            ways.map(async ([, locate]) => comparable(await scenario.ask(await locate(name, mcpPort)))),
          );
          expect(throughUs).to.deep.equal(direct);
          const { status, messages } = throughUs ?? { status: 0, messages: [] };
          const { code } = (messages.at(-1) as { error?: { code: number } }).error ?? {};
          expect([status, ...(code === undefined ? [] : [code])]).to.deep.equal(scenario.expected);
        });
      }
    });
  }

  for (const [way, locate] of ways) {
    it(`cancels a call at the server when its client leaves before the answer begins, ${way}`, async () => {
      const marker = randomUUID();
      const leave = new AbortController();
      const call = modernCall('wait', { marker }, { 'x-marker': marker });
      const answer = fetch(await locate('modern', 3000), { ...call, signal: leave.signal }).catch(() => 'left');
      await eventually(async () => (await fixture.marked('modern', marker)).length === 1);
      leave.abort();
      expect(await answer).to.equal('left');
      await cancelledAtTheServer(marker);
    });

    it(`cancels a call at the server when its client closes the open stream, ${way}`, async () => {
      const marker = randomUUID();
      const call = modernCall('wait_aloud', { marker }, { 'x-marker': marker });
      const stream = await EventReader.open(await locate('modern', 3000), call);
      expect(await stream.message()).to.have.property('method', 'notifications/progress');
      stream.close();
      await cancelledAtTheServer(marker);
    });

    it(`gathers no events: they come one by one as the server sends them, ${way}`, async () => {
      const stream = await EventReader.open(await locate('modern', 3000), modernCall('ticks', { count: 20, ms: 50 }));
      await stream.end();
      // A machine under load may read two at once now and then; a proxy that waits for more reads five at once.
      expect(stream.deliveries, 'pieces that 20 events came in').to.be.above(12);
    });

    it(`brings each event of subscriptions/listen before the next is sent, and its comments, ${way}`, async () => {
      const uri = `test://${randomUUID()}`;
      const stream = await EventReader.listen(await locate('modern', 3000), [uri]);
      try {
        expect(await stream.message()).to.have.property('method', 'notifications/subscriptions/acknowledged');
        for (let round = 0; round < 3; round++) {
          await fixture.tell('modern', '/publish', { kind: 'resource_updated', uri, params: { _meta: { round } } });
          expect(await stream.message()).to.have.nested.property('params._meta.round', round);
        }
        await stream.comment();
      } finally {
        stream.close();
      }
    });
  }

  it('forwards every header of the request, known or not, and adds none', async () => {
    const [direct, throughUs] = await Promise.all(
      ways.map(async ([way, locate]) => {
        const marker = `${way} ${randomUUID()}`;
        const headers = { 'x-marker': marker, 'mcp-param-region': 'eu', 'mcp-param-x-unknown': '=?base64?w7w=?=' };
        const url = await locate('modern', 3000);
        await ask(url.href, modernCall('echo', { text: 'headers' }, headers));
        const [seen] = await fixture.marked('modern', marker);
        return { ...seen?.headers, 'x-marker': '', host: '', connection: '' };
      }),
    );
    expect(throughUs).to.deep.equal(direct);
    expect(throughUs).to.include({ 'mcp-param-region': 'eu', 'mcp-param-x-unknown': '=?base64?w7w=?=' });
  });

  it('spreads the requests of one kept connection over the replicas', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const marker = randomUUID();
    try {
      for (let round = 0; round < 10; round++) {
        const { status } = await ask(net.url(2).href, {
          ...modernCall('echo', { text: 'x' }, { 'x-marker': marker }),
          agent,
        });
        expect(status).to.equal(200);
      }
    } finally {
      agent.destroy();
    }
    const replicas = await fixture.arrivals('spread');
    const shares = replicas.map(
      ({ requests }) => requests.filter(({ headers }) => headers['x-marker'] === marker).length,
    );
    expect(shares.reduce((sum, share) => sum + share)).to.equal(10);
    expect(Math.min(...shares), `shares ${shares.join(' and ')}`).to.be.above(0);
  });

  it('serves both eras on one connection: the session stays, the rest is spread', async () => {
    const url = net.url(2);
    const marker = randomUUID();
    const session = await openSession(url);
    for (let round = 0; round < 8; round++) {
      const old = await post(url, request(round, 'tools/call', { name: 'echo', arguments: { text: 'old' } }), {
        ...session,
        'mcp-protocol-version': '2025-11-25',
        'x-marker': `${marker} old`,
      });
      expect(old.status, JSON.stringify(old.messages)).to.equal(200);
      const call = { name: 'echo', arguments: { text: 'new' } };
      for (const headers of [{}, session]) {
        // A client may keep sending the id of a session that it has beside.
        const answer = await postModern(url, 'tools/call', call, { ...headers, 'x-marker': `${marker} new` });
        expect(answer.status).to.equal(200);
      }
    }
    const replicas = await fixture.arrivals('spread');
    const reached = (era: string): number =>
      replicas.filter(({ requests }) => requests.some(({ headers }) => headers['x-marker'] === `${marker} ${era}`))
        .length;
    expect({ old: reached('old'), new: reached('new') }).to.deep.equal({ old: 1, new: 2 });
  });

  it('serves the official clients of both eras side by side', async () => {
    for (const name of ['modern', 'bridged']) {
      const [old, modern] = await Promise.all([connect(urlOf(name)), connectModern(urlOf(name))]);
      for (let round = 0; round < 4; round++) {
        expect(await old.call('echo', { text: `old ${round}` })).to.equal(`old ${round}`);
        expect(await modern.call('echo', { text: `new ${round}` })).to.equal(`new ${round}`);
      }
    }
  });

  async function cancelledAtTheServer(marker: string): Promise<void> {
    await eventually(async () => {
      const all = await fixture.arrivals('modern');
      expect(all.flatMap(({ cancelled }) => cancelled)).to.include(marker);
    });
    expect((await fixture.marked('modern', marker)).map(({ state }) => state)).to.deep.equal(['dropped']);
  }
});

function comparable({ status, headers, messages }: Answer) {
  const own = ['date', 'connection', 'keep-alive', 'transfer-encoding'];
  return { status, messages, headers: Object.fromEntries([...headers].filter(([name]) => !own.includes(name))) };
}
