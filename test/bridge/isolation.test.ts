import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { everything, startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy, connectModern } from './clients.ts';

for (const isolation of ['shared', 'session'] as const) {
  describe(`bridge, ${isolation} isolation, many clients`, () => {
    afterEach(closeClients);
    afterEach(stopBridges);

    it('shows the server as it is to clients of both eras', async () => {
      const { url } = await startBridge(['--isolation', isolation], everything);
      const legacy = await connectLegacy(url);
      const modern = await connectModern(url);
      expect(legacy.client.getServerVersion()?.name).to.equal('mcp-servers/everything');
      expect(legacy.client.getServerCapabilities()).to.have.keys(
        'tools',
        'prompts',
        'resources',
        'logging',
        'tasks',
        'completions',
      );
      expect(modern.client.getServerVersion()).to.deep.equal(legacy.client.getServerVersion());
      const { tools } = await legacy.client.listTools();
      expect((await modern.client.listTools()).tools.map(({ name }) => name)).to.deep.equal(
        tools.map(({ name }) => name),
      );
      expect(await legacy.call('echo', { message: 'old' })).to.equal('Echo: old');
      expect(await modern.call('echo', { message: 'new' })).to.equal('Echo: new');
    });

    it('gives 20 clients at once their own answers, 2000 times', async () => {
      const { url } = await startBridge(['--isolation', isolation], toy());
      const clients = await Promise.all(Array.from({ length: 20 }, () => connectLegacy(url)));
      const wrong: string[] = [];
      const calls = clients.map(async ({ call }, client) => {
        for (let round = 0; round < 10; round++) {
          const payloads = Array.from({ length: 10 }, (_, n) => `${client}/${round}/${n}`);
          const answers = await Promise.all(payloads.map((payload, n) => call('echo', { payload, delayMs: n % 3 })));
          answers.forEach((answer, n) => answer !== payloads[n] && wrong.push(`${payloads[n]} got ${answer}`));
        }
      });
      await Promise.all(calls);
      expect(wrong).to.deep.equal([]);
    });

    it('gives old and new clients their own answers side by side', async () => {
      const { url } = await startBridge(['--isolation', isolation], toy());
      const legacy = await Promise.all([1, 2, 3].map(() => connectLegacy(url)));
      const modern = await Promise.all([1, 2, 3].map(() => connectModern(url)));
      const calls = [...legacy, ...modern].flatMap(({ call }, client) =>
        Array.from({ length: 50 }, async (_, n) => {
          const payload = `${client}/${n}`;
          expect(await call('echo', { payload, delayMs: n % 3 })).to.equal(payload);
        }),
      );
      await Promise.all(calls);
    });

    it('brings progress to the client that asked, and to no other', async () => {
      const { url } = await startBridge(['--isolation', isolation], toy());
      const clients = await Promise.all(Array.from({ length: 5 }, () => connectLegacy(url)));
      const seen = await Promise.all(
        clients.map(async ({ client }, n) => {
          const messages: (string | undefined)[] = [];
          const onprogress = ({ message }: { message?: string | undefined }) => void messages.push(message);
          await client.callTool({ name: 'progress', arguments: { payload: `mine ${n}` } }, undefined, { onprogress });
          return messages;
        }),
      );
      seen.forEach((messages, n) => expect(messages).to.deep.equal(Array(3).fill(`mine ${n}`)));
    });

    it('cancels at the server what a client cancels or abandons', async () => {
      const { url } = await startBridge(['--isolation', isolation], toy());
      const { client, call } = await connectLegacy(url);
      const other = await connectLegacy(url);
      const stop = new AbortController();
      const never = client.callTool({ name: 'never' }, undefined, { signal: stop.signal }).catch(() => 'cancelled');
      await call('echo', { payload: 'it is under way' });
      expect(JSON.parse(await call('cancelled'))).to.have.lengthOf(0);
      stop.abort();
      expect(await never).to.equal('cancelled');
      await eventually(async () => JSON.parse(await call('cancelled')).length === 1);
      expect(await other.call('echo', { payload: 'still served' })).to.equal('still served');
    });
  });
}
