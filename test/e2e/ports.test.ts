import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { PortView } from '../../operator/api/shapes.ts';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('the ports of a network', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const servers: Server[] = [];
  const ports = async (): Promise<PortView[]> =>
    (JSON.parse((await net.cli('ports', '-o', 'json')).stdout) as { items: PortView[] }).items;
  const use = (found: readonly PortView[], port: number): PortView | undefined =>
    found.find((each) => each.port === port);

  before('serve two, one of which declares no port', async () => {
    await net.write('services.yaml', tiny('first', { port: net.port(4) }), tiny('second'));
    await net.start();
    await net.ready('first', 'second');
    await net.networkReady();
  });
  after(() => {
    for (const server of servers) server.close();
  });

  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      servers.push(createServer().listen(port, '127.0.0.1', resolve));
    });

  it('are all told with their holders, and all are ours', async () => {
    const found = await ports();
    const { discovery, dashboard, statistics } = net.ports;
    expect(found.map(({ port, use, holder, listening }) => [port, use, holder, listening])).to.deep.equal([
      [discovery, 'discovery', 'MCPNetwork/default/default', true],
      [dashboard, 'dashboard', 'MCPNetwork/default/default', true],
      [statistics, 'statistics', 'MCPNetwork/default/default', true],
      [net.port(0), 'service', 'MCPService/default/second', true],
      [net.port(4), 'service', 'MCPService/default/first', true],
    ]);
    expect(found.filter(({ foreign }) => foreign !== undefined)).to.deep.equal([]);
  });

  it('are told with the process of somebody else who listens among them', async () => {
    await listen(net.port(7));
    // A running operator looks again only after a while.
    const found = await eventually(
      async () => {
        const all = await ports();
        expect(all).to.have.lengthOf(6);
        return all;
      },
      { timeoutMs: 20_000 },
    );
    expect(use(found, net.port(7))).to.include({ use: 'foreign', listening: true });
    expect(use(found, net.port(7))?.foreign).to.include(`(pid ${process.pid})`);
    const { stdout } = await net.cli('ports');
    expect(stdout).to.match(
      new RegExp(`^${net.port(7)}\\s+default\\s+foreign\\s+-\\s+.*\\(pid ${process.pid}\\)`, 'm'),
    );
  });

  it('are told without an operator as well, with who took one of them', async () => {
    await net.operator.end('SIGTERM');
    await listen(net.ports.dashboard);
    const found = await ports();
    expect(use(found, net.port(0))).to.include({
      use: 'service',
      holder: 'MCPService/default/second',
      listening: true,
    });
    expect(use(found, net.ports.dashboard)?.foreign).to.include(`(pid ${process.pid})`);
    expect(use(found, net.port(0))?.foreign).to.equal(undefined);
  });

  it('stand in a document that tells only what is declared', async () => {
    const { stdout } = await net.cli('ports', '--markdown');
    expect(stdout).to.include(`| ${net.port(4)} | streamable-http service | service/first |`);
    expect(stdout).to.include('- service/second declares no port');
  });
});
