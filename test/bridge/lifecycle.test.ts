import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/marked-processes.ts';
import { startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy, connectModern } from './clients.ts';
import { initialize, openSession, post, request } from './wire.ts';

const gone = (pid: number | string) => eventually(() => !isAlive(Number(pid)));

describe('bridge, processes of sessions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  const mischief = join(folder, 'mischief');
  afterEach(closeClients);
  afterEach(stopBridges);
  afterEach(() => rmSync(mischief, { force: true }));
  after(() => rmSync(folder, { recursive: true }));

  it('gives each session a process of its own and ends it on DELETE', async () => {
    const { url, health } = await startBridge([], toy());
    const [one, two] = await Promise.all([connectLegacy(url), connectLegacy(url)]);
    const [pid, other] = await Promise.all([one.call('pid'), two.call('pid')]);
    expect(pid).to.not.equal(other);
    await one.transport.terminateSession();
    await gone(pid);
    expect(await two.call('pid')).to.equal(other);
    await eventually(async () => (await health()).body.sessions === 1);
  });

  it('ends what a session started, grandchildren too, and kills what ignores SIGTERM', async () => {
    const { url } = await startBridge([], ['sh', '-c', `"$0" "$@"; exit $?`, ...toy('--stubborn')]);
    const { call, transport } = await connectLegacy(url);
    const [pid, grandchild] = [await call('pid'), await call('grandchild')];
    await transport.terminateSession();
    await gone(pid);
    await gone(grandchild);
  });

  it('ends an idle session, and not one with a stream or a request', async () => {
    const { url } = await startBridge(['--idle-timeout-ms', '700'], toy());
    const streaming = await connectLegacy(url);
    const asking = await openSession(url);
    void post(url, request('x', 'tools/call', { name: 'never' }), asking).catch(() => {});
    const idle = await openSession(url);
    await eventually(async () => (await post(url, request(1, 'ping'), asking)).status === 200);
    const pid = (await post(url, request(1, 'tools/call', { name: 'pid' }), idle)).messages[0].result.content[0].text;
    await gone(pid);
    expect((await post(url, request(2, 'ping'), idle)).status).to.equal(404);
    expect((await post(url, request(2, 'ping'), asking)).status).to.equal(200);
    expect(await streaming.call('echo', { payload: 'here' })).to.equal('here');
  });

  it('ends the session of a client that vanished with its stream', async () => {
    const { url } = await startBridge(['--idle-timeout-ms', '300'], toy());
    const { client, call } = await connectLegacy(url);
    const pid = await call('pid');
    await client.close();
    await gone(pid);
  });

  it('cancels the requests of a connection that breaks', async () => {
    const { url } = await startBridge([], toy());
    const session = await openSession(url);
    const headers = { ...session, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify(request('lost', 'tools/call', { name: 'never' }));
    const hangUp = new AbortController();
    await fetch(url, { method: 'POST', headers, body, signal: hangUp.signal });
    hangUp.abort();
    await eventually(async () => {
      const { messages } = await post(url, request('q', 'tools/call', { name: 'cancelled' }), session);
      expect(messages[0].result.content[0].text).to.equal('["lost"]');
    });
  });

  it('answers 404 for the session whose process died, and serves the others', async () => {
    const { url, health } = await startBridge([], toy());
    const [dying, other] = await Promise.all([openSession(url), connectLegacy(url)]);
    const dead = await post(url, request(1, 'tools/call', { name: 'exit' }), dying);
    expect(dead.messages[0]).to.deep.include({
      id: 1,
      error: { code: -32603, message: 'the server process exited with code 3' },
    });
    const next = await post(url, request(2, 'ping'), dying);
    expect([next.status, next.messages[0].error]).to.deep.equal([404, { code: -32001, message: 'Session not found' }]);
    expect(await other.call('echo', { payload: 'fine' })).to.equal('fine');
    expect((await health()).code).to.equal(200);
  });

  it('frees the place of a client that leaves before it is initialized', async () => {
    const { url, health, stderr } = await startBridge([], toy(mischief));
    await eventually(() => stderr().includes('[spare] up'));
    writeFileSync(mischief, 'mute');
    // The spare was started before and is still good.
    await openSession(url);
    const leave = new AbortController();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const left = fetch(url, { method: 'POST', headers, body: JSON.stringify(initialize()), signal: leave.signal });
    await eventually(async () => (await health()).body.sessions === 2);
    leave.abort();
    await left.catch(() => {});
    await eventually(async () => (await health()).body.sessions === 1);
    expect((await health()).code).to.equal(200);
  });

  it('replaces the process of the sessionless when it died', async () => {
    const { url } = await startBridge([], toy());
    const { call } = await connectModern(url);
    const pid = await call('pid');
    process.kill(Number(pid), 'SIGKILL');
    await gone(pid);
    await eventually(async () => expect(await call('pid')).to.not.equal(pid));
  });

  it('tells when the command cannot be started any more, and when it can again', async () => {
    const { url, health, stderr } = await startBridge([], toy(mischief));
    await eventually(() => stderr().includes('[spare] up'));
    writeFileSync(mischief, 'exit');
    // The spare was started before and is still good.
    await openSession(url);
    const failed = await post(url, initialize());
    expect(failed.status).to.equal(503);
    expect(failed.messages[0].error.message).to.match(/exited with code 7/);
    const { code, body } = await eventually(async () => {
      const now = await health();
      return now.code === 503 && now;
    });
    expect([code, body.status]).to.deep.equal([503, 'failed']);
    expect(body.reason).to.match(/exited with code 7/);
    rmSync(mischief);
    await eventually(async () => (await health()).code === 200, { timeoutMs: 8_000 });
    expect((await post(url, initialize())).status).to.equal(200);
  });
});
