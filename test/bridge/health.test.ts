import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectModern } from './clients.ts';
import { initialize, openSession, post, postModern, request } from './wire.ts';

for (const isolation of ['shared', 'session'] as const) {
  describe(`bridge, how full it is, ${isolation} isolation`, () => {
    afterEach(closeClients);
    afterEach(stopBridges);

    it('tells how many requests wait for their answer, and counts no standing stream', async () => {
      const { url, health } = await startBridge(['--isolation', isolation], toy());
      const requests = async () => (await health()).body.requests;
      expect(await requests()).to.equal(0);
      const session = await openSession(url);
      await fetch(url, { headers: { ...session, accept: 'text/event-stream' } });
      const { client } = await connectModern(url);
      await client.listen({ toolsListChanged: true });
      expect((await health()).body).to.deep.include({ sessions: 1, requests: 0 });
      const leave = new AbortController();
      const lost = [
        post(url, request(1, 'tools/call', { name: 'never' }), session, leave.signal),
        post(url, request(2, 'tools/call', { name: 'never' }), session, leave.signal),
        postModern(url, 'tools/call', { name: 'never' }, {}, leave.signal),
      ];
      await eventually(async () => (await requests()) === 3);
      leave.abort();
      await Promise.allSettled(lost);
      await eventually(async () => (await requests()) === 0);
    });

    it('refuses more sessions than it has places, and takes the next when one is free', async () => {
      const { url, offspring, health } = await startBridge(['--isolation', isolation, '--max-sessions', '2'], toy());
      const first = await openSession(url);
      await openSession(url);
      const refused = await post(url, initialize());
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '5']);
      expect(refused.headers.get('mcp-session-id')).to.equal(null);
      expect(refused.messages).to.deep.equal([
        {
          jsonrpc: '2.0',
          id: 'init',
          error: { code: -32000, message: 'All 2 sessions are taken; try again later' },
        },
      ]);
      expect((await health()).body).to.deep.include({ status: 'ok', sessions: 2, maxSessions: 2 });
      expect(offspring().length).to.be.at.most(4);
      expect((await fetch(url, { method: 'DELETE', headers: first })).status).to.equal(200);
      await eventually(async () => (await post(url, initialize())).status === 200);
    });
  });
}
