import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { DashboardPort } from '../../operator/cli/dashboard-port.ts';
import { Harness } from '../fakes/harness.ts';
import { network } from '../fakes/manifests.ts';
import { appOf } from '../support/shown.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the port of the dashboard', () => {
  it('costs nothing else where its app cannot be made, and is tried again', async () => {
    const dashboard = await freePort();
    const harness = new Harness();
    harness.source.set(network('default', { ports: { dashboard } }));
    await harness.start();
    await harness.pass(30_000);
    const warned: string[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (message: string) => warned.push(message) };
    let isFull = true;
    const port = new DashboardPort(harness.operator, logger, () => {
      if (isFull) throw new Error('no space left on device');
      return appOf(harness.operator);
    });
    await port.follow();
    expect(warned).to.deep.equal(['the dashboard port cannot be used']);
    isFull = false;
    await port.follow();
    expect((await fetch(`http://127.0.0.1:${dashboard}/health`)).status).to.be.oneOf([200, 503]);
    await port.close();
  });
});
