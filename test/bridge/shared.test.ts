import { expect } from 'chai';
import {
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { eventually } from '../support/eventually.ts';
import { startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy, connectModern } from './clients.ts';
import { initialize, openSession, post, request } from './wire.ts';

describe('bridge, what the server says unasked', () => {
  afterEach(closeClients);
  afterEach(stopBridges);

  it('shared: refuses requests by the server, which could mean any client', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], toy());
    const { call } = await connectLegacy(url, { roots: {} });
    const answer = JSON.parse(await call('ask', { method: 'roots/list' }));
    expect(answer.code).to.equal(-32601);
    expect(answer.message).to.match(/several clients share this server process/);
    expect(JSON.parse(await call('ask', { method: 'ping' }))).to.deep.equal({});
  });

  it('shared: gives log messages to nobody, list changes to everybody', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], toy());
    const heard: string[] = [];
    const listen = (name: string) => (client: Awaited<ReturnType<typeof connectLegacy>>['client']) => {
      client.fallbackNotificationHandler = async ({ method }) => void heard.push(`${name} ${method}`);
    };
    const one = await connectLegacy(url, {}, listen('one'));
    await connectLegacy(url, {}, listen('two'));
    await one.call('log', { payload: 'a secret of one' });
    await eventually(async () => {
      await one.call('change');
      return heard.some((line) => line.startsWith('one')) && heard.some((line) => line.startsWith('two'));
    });
    expect(new Set(heard.map((line) => line.slice(4)))).to.deep.equal(new Set(['notifications/tools/list_changed']));
  });

  it('shared: tells of a resource only those who subscribed to it, in both eras', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], toy());
    const heard: string[] = [];
    const listen = (name: string) => (client: Awaited<ReturnType<typeof connectLegacy>>['client']) => {
      client.fallbackNotificationHandler = async ({ params }) => void heard.push(`${name} ${String(params?.['uri'])}`);
    };
    const one = await connectLegacy(url, {}, listen('one'));
    const two = await connectLegacy(url, {}, listen('two'));
    const modern = await connectModern(url);
    modern.client.fallbackNotificationHandler = async ({ params }) =>
      void heard.push(`modern ${String(params?.['uri'])}`);
    await one.client.subscribeResource({ uri: 'toy:a' });
    await two.client.subscribeResource({ uri: 'toy:b' });
    await modern.client.listen({ resourceSubscriptions: ['toy:b'] });
    await eventually(async () => {
      await one.call('update', { uri: 'toy:a' });
      await one.call('update', { uri: 'toy:b' });
      return new Set(heard).size >= 3;
    });
    expect(new Set(heard)).to.deep.equal(new Set(['one toy:a', 'two toy:b', 'modern toy:b']));
  });

  it('shared: answers an older client with its own revision, as the server would', async () => {
    const { url } = await startBridge(['--isolation', 'shared'], toy());
    const version = async (asked: string) => (await post(url, initialize(asked))).messages[0].result.protocolVersion;
    expect(await version('2025-03-26')).to.equal('2025-03-26');
    expect(await version('2025-11-25')).to.equal('2025-11-25');
    expect(await version('1999-01-01')).to.equal('2025-11-25');
  });

  it('session: passes requests by the server to its client and the answers back', async () => {
    const { url } = await startBridge([], toy());
    const roots = [{ uri: 'file:///mine', name: 'mine' }];
    const { call } = await connectLegacy(url, { roots: {}, elicitation: {} }, (client) => {
      client.setRequestHandler(ListRootsRequestSchema, () => ({ roots }));
      client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
    });
    expect(JSON.parse(await call('ask', { method: 'roots/list' }))).to.deep.equal({ roots });
    expect(JSON.parse(await call('client'))).to.deep.include({ capabilities: { roots: {}, elicitation: {} } });
  });

  it('session: gives log messages to the client whose process wrote them', async () => {
    const { url } = await startBridge([], toy());
    const heard: string[] = [];
    const listen = (name: string) => (client: Awaited<ReturnType<typeof connectLegacy>>['client']) => {
      client.setNotificationHandler(
        LoggingMessageNotificationSchema,
        ({ params }) => void heard.push(`${name}: ${String(params.data)}`),
      );
    };
    const [one, two] = [await connectLegacy(url, {}, listen('one')), await connectLegacy(url, {}, listen('two'))];
    await Promise.all([one.call('log', { payload: 'first' }), two.call('log', { payload: 'second' })]);
    expect(heard).to.have.members(['one: first', 'two: second']);
  });

  it('session: keeps what the server says until the client opens a stream, of which it may have one', async () => {
    const { url } = await startBridge([], toy());
    const session = await openSession(url);
    const asked = await post(url, request(1, 'tools/call', { name: 'changeLater' }), session);
    expect(asked.messages).to.have.lengthOf(1);
    const { messages } = await eventually(async () => {
      const answer = await post(url, request(2, 'ping'), session);
      return answer.messages.length === 2 && answer;
    });
    expect(messages.map(({ method }) => method)).to.deep.equal(['notifications/tools/list_changed', undefined]);

    await post(url, request(3, 'tools/call', { name: 'changeLater' }), session);
    const headers = { ...session, accept: 'text/event-stream' };
    const stream = await fetch(url, { headers });
    expect((await fetch(url, { headers })).status).to.equal(409);
    const { value } = (await stream.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).to.match(/^event: message\ndata: .*list_changed/);
  });
});
