import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { staysQuiet } from '../support/drift.ts';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('a port of ours that another process takes while HAProxy does not run', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  let thief: Server | undefined;

  before('serve two', async () => {
    await net.write('first.yaml', tiny('first', { port: net.port(0) }));
    await net.write('second.yaml', tiny('second', { port: net.port(1) }));
    await net.start();
    await net.ready('first', 'second');
    await net.networkReady();
  });
  after(() => thief?.close());

  const cases: readonly (readonly [string, () => number])[] = [
    ['a service', () => net.port(0)],
    ['the statistics', () => net.ports.statistics],
    ['Consul', () => net.ports.discovery],
  ];
  for (const [whose, port] of cases)
    it(`is named, and everything comes back when it is free: that of ${whose}`, async () => {
      const isConsul = port() === net.ports.discovery;
      const services = (await net.containers()).filter(({ Labels }) => Labels['io.mcpnet.role'] === 'replicas');
      const container = await net.container('default', 'MCPNetwork', isConsul ? 'consul' : 'haproxy');
      await container.kill();
      thief = await steal(port());
      const status = await eventually(
        async () => {
          const found = await net.status('default', 'MCPNetwork');
          expect(conditionOf(found, 'Ready')).to.include({ status: 'False', reason: 'PortTaken' });
          return found;
        },
        { timeoutMs: 40_000 },
      );
      expect(conditionOf(status, 'Ready')?.message).to.include(String(port()));
      if (!isConsul) {
        const first = await net.until('first', (each) => !isReady(each));
        expect(conditionOf(first, 'Ready')).to.include({
          status: 'False',
          reason: port() === net.port(0) ? 'PortTaken' : 'BalancerUnreachable',
        });
        expect(conditionOf(first, 'Ready')?.message).to.include(`port ${port()}`);
      }
      thief.close();
      await net.networkReady();
      await net.ready('first', 'second');
      expect(await statusAt(net.healthUrl(0))).to.equal(200);
      const left = (await net.containers()).filter(({ Labels }) => Labels['io.mcpnet.role'] === 'replicas');
      expect(left.map(({ Id }) => Id).sort()).to.deep.equal(services.map(({ Id }) => Id).sort());
      await staysQuiet(net);
    });
});

/** Listens at a port as soon as that is possible. */
async function steal(port: number): Promise<Server> {
  return eventually(
    () =>
      new Promise<Server>((resolve, reject) => {
        const server = createServer((socket) => socket.destroy());
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          resolve(server);
        });
      }),
    { intervalMs: 1 },
  );
}
