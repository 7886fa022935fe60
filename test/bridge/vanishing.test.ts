import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startBridge, stopBridges, toy } from './bridge-process.ts';
import { closeClients, connectLegacy } from './clients.ts';
import { vanish, waysToVanish } from './vanishing.ts';
import { initialize, openSession } from './wire.ts';

describe('bridge, clients that vanish', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  const mischief = join(folder, 'mischief');
  afterEach(closeClients);
  afterEach(stopBridges);
  after(() => rmSync(folder, { recursive: true }));

  for (const [isolation, processes] of [
    ['shared', 1],
    ['session', 1], // the spare
  ] as const) {
    it(`leave nothing behind, and the bridge serves on, ${isolation}`, async () => {
      const options = ['--isolation', isolation, '--idle-timeout-ms', '300'];
      const { url, health, offspring } = await startBridge(options, toy());
      const clients = Array.from({ length: 18 }, (_, n) =>
        vanish(url, waysToVanish[n % waysToVanish.length] ?? 'silently', n * 5),
      );
      expect(await Promise.all(clients)).to.deep.equal(Array(18).fill(true));
      await eventually(async () => (await health()).body.sessions === 0, { timeoutMs: 15_000 });
      await eventually(() => expect(offspring()).to.have.lengthOf(processes), { timeoutMs: 15_000 });
      const { call } = await connectLegacy(url);
      expect(await call('echo', { payload: 'still here' })).to.equal('still here');
    });
  }

  it('before it is their turn have no process started for them', async () => {
    const { url, health, offspring, stderr } = await startBridge([], toy(mischief));
    const ups = (count: number) => eventually(() => stderr().match(/\] up$/gm)?.length === count);
    await ups(2);
    writeFileSync(mischief, 'mute');
    // This takes the spare, which was started before; from now on processes do not answer and so hold their turn.
    await openSession(url);
    await ups(3);
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify(initialize());
    const [inTurn, inLine] = [new AbortController(), new AbortController()];
    const open = (signal: AbortSignal) => fetch(url, { method: 'POST', headers, body, signal }).catch(() => {});
    const started = [open(inTurn.signal), open(inTurn.signal)];
    await ups(5);
    const waiting = Array.from({ length: 3 }, () => open(inLine.signal));
    await eventually(async () => (await health()).body.sessions === 6);
    const before = offspring();
    inLine.abort();
    await Promise.all(waiting);
    await eventually(async () => (await health()).body.requests === 2);
    inTurn.abort();
    await Promise.all(started);
    await eventually(async () => (await health()).body.sessions === 1);
    const after = offspring();
    expect(after).to.have.lengthOf(2);
    expect(before).to.include.members(after);
  });
});
