import { expect } from 'chai';
import type Docker from 'dockerode';
import { docker, execIn, runContainer } from '../support/docker.ts';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Exits 0 when something accepts a connection there, 1 when not within two seconds. */
const tryToConnect = (host: string, port: number): string[] => [
  'node',
  '-e',
  `const s = require('net').connect(${port}, '${host}'); s.setTimeout(2000, () => process.exit(1)); s.on('error', () => process.exit(1)); s.on('connect', () => process.exit(0))`,
];

describe('a container of a service', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  let inspected: Docker.ContainerInspectInfo;
  let outsideAddress: string;

  before('serve one that may not reach out and one that may', async () => {
    await net.write('closed.yaml', tiny('closed', { resources: { cpus: '500m', memory: '256Mi', pids: 64 } }));
    await net.write('open.yaml', tiny('open', { egress: 'open' }));
    await net.start();
    await net.ready('closed', 'open');
    inspected = await (await net.container('closed')).inspect();
    const outside = await runContainer({
      name: `${net.scope}-outside`,
      scope: net.scope,
      image: 'mcpnet-test/tiny:1',
      network: net.frontend,
    });
    outsideAddress = (await outside.inspect()).NetworkSettings.Networks[net.frontend]?.IPAddress ?? '';
  });

  it('has no capability, no way to new privileges and a read-only root', () => {
    const { CapDrop, CapAdd, SecurityOpt, ReadonlyRootfs, Privileged } = inspected.HostConfig;
    expect(CapDrop).to.deep.equal(['ALL']);
    expect(CapAdd ?? []).to.deep.equal([]);
    expect(SecurityOpt).to.deep.equal(['no-new-privileges:true']);
    expect(ReadonlyRootfs).to.equal(true);
    expect(Privileged).to.equal(false);
  });

  it('cannot write its root, gain a capability or become root', async () => {
    const container = await net.container('closed');
    const read = async (command: string): Promise<string> => (await execIn(container, ['node', '-e', command])).text;
    expect(
      await read(
        `try { require('fs').writeFileSync('/app/x', ''); console.log('wrote') } catch (e) { console.log(e.code) }`,
      ),
    ).to.equal('EROFS');
    expect(await read(`require('fs').writeFileSync('/tmp/x', 'y'); console.log('wrote')`)).to.equal('wrote');
    const status = await read(`console.log(require('fs').readFileSync('/proc/self/status', 'utf8'))`);
    expect(status)
      .to.match(/CapEff:\t0+\n/)
      .and.to.match(/NoNewPrivs:\t1\n/);
    expect(await read('console.log(process.getuid())')).to.not.equal('0');
  });

  it('is bounded in memory, processes, processors, temporary space and logs', () => {
    const { Memory, MemorySwap, PidsLimit, NanoCpus, Tmpfs, LogConfig } = inspected.HostConfig;
    expect({ Memory, MemorySwap, PidsLimit, NanoCpus }).to.deep.equal({
      Memory: 256 * 2 ** 20,
      MemorySwap: 256 * 2 ** 20,
      PidsLimit: 64,
      NanoCpus: 5e8,
    });
    expect(Tmpfs).to.have.all.keys('/tmp', '/run');
    expect(LogConfig?.Config).to.deep.equal({ 'max-file': '3', 'max-size': '10m' });
  });

  it("runs as the image's user behind an init process and comes back when it dies", () => {
    expect(inspected.Config.User).to.match(/^[1-9]/);
    expect(inspected.HostConfig.Init).to.equal(true);
    expect(inspected.HostConfig.RestartPolicy?.Name).to.equal('unless-stopped');
  });

  it('publishes no port and carries the labels from which everything is rebuilt', () => {
    expect(inspected.HostConfig.PortBindings ?? {}).to.deep.equal({});
    expect(inspected.HostConfig.PublishAllPorts).to.equal(false);
    const { Labels } = inspected.Config;
    expect(Labels['io.mcpnet.owner']).to.equal(net.scope);
    expect(Labels['io.mcpnet.key']).to.equal('MCPService/default/closed');
    expect(Labels['io.mcpnet.port']).to.match(/^\d+$/);
    expect(inspected.Name).to.match(/^\/closed-[0-9a-f]{8}-1$/);
  });

  it('has no way out without open egress', async () => {
    expect(Object.keys(inspected.NetworkSettings.Networks)).to.deep.equal([net.internal]);
    const { code } = await execIn(await net.container('closed'), tryToConnect(outsideAddress, 3000));
    expect(code, `a connection to ${outsideAddress}:3000 from inside`).to.equal(1);
    const { code: toHost } = await execIn(await net.container('closed'), tryToConnect('192.0.2.1', 80));
    expect(toHost).to.equal(1);
  });

  it('reaches the frontend network with open egress', async () => {
    const { code } = await execIn(await net.container('open'), tryToConnect(outsideAddress, 3000));
    expect(code, `a connection to ${outsideAddress}:3000 from inside`).to.equal(0);
  });

  it('stands in an internal network, apart from a frontend that is none', async () => {
    expect((await docker.getNetwork(net.internal).inspect()).Internal).to.equal(true);
    expect((await docker.getNetwork(net.frontend).inspect()).Internal).to.equal(false);
  });

  it("cannot reach Consul or the balancer's sockets through its mounts", () => {
    expect(inspected.Mounts.filter(({ Type }) => Type === 'bind')).to.deep.equal([]);
  });
});
