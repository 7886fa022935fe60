import { connect as connectSocket, createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { connect } from '../support/mcp-clients.ts';
import { service, tiny } from '../support/manifests.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/**
 * The engine of this machine, reached as one of another machine would be: over TCP. The operator then uses no file,
 * socket or address that it would not have there.
 */
describe('an engine on another machine', function () {
  this.timeout(120_000);
  const net = useTestNetwork({ servicePorts: 4 });
  let engine: Server;
  let dockerHost: string | undefined;

  before('reach the engine over TCP', async () => {
    engine = createServer((client) => {
      const daemon = connectSocket('/var/run/docker.sock');
      client.on('error', () => daemon.destroy()).pipe(daemon);
      daemon.on('error', () => client.destroy()).pipe(client);
    });
    await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve));
    dockerHost = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`;
    await net.write('tiny.yaml', tiny('tiny', { port: net.port(0), replicas: 2 }));
    await net.write(
      'memory.yaml',
      service('memory', {
        image: 'mcpnet/mcp-memory:2026.8.31',
        transport: 'stdio',
        port: net.port(1),
        stdio: { isolation: 'shared' },
      }),
    );
    await net.start();
    await net.ready('tiny', 'memory');
    await net.networkReady();
  });

  after(() => {
    if (dockerHost === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = dockerHost;
    engine.close();
  });

  it('publishes the ports and mounts nothing of this machine', async () => {
    const balancer = await (await net.container('default', 'MCPNetwork', 'haproxy')).inspect();
    expect(balancer.HostConfig.NetworkMode).to.not.equal('host');
    expect(balancer.Mounts.map(({ Type }) => Type)).to.deep.equal(['volume']);
  });

  it('serves clients through them', async () => {
    const session = await connect(net.url(0));
    expect(await session.call('echo', { text: 'over there' })).to.equal('over there');
    const status = await net.status('memory');
    expect(status.serverInfo?.name).to.equal('memory-server');
  });

  it('adds and removes replicas without a failed request', async () => {
    const traffic = new Traffic(net.url(0), { sessions: 1, raw: 1 });
    await net.change('tiny.yaml', tiny('tiny', { port: net.port(0), replicas: 3 }));
    const { failures, requests } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect(requests).to.be.above(10);
  });
});
