import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { statusAt } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('the data plane without the operator', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  before('serve, then stop the operator', async () => {
    await net.write('single.yaml', tiny('single', { port: net.port(0) }));
    await net.write('pair.yaml', tiny('pair', { port: net.port(1), replicas: 2 }));
    await net.start();
    await net.ready('single', 'pair');
    await net.operator.end('SIGTERM');
  });

  /** As the kernel would under memory pressure: Docker takes it for a crash and not for somebody's wish. */
  async function crash(name: string): Promise<string> {
    const container = await net.container(name);
    const { State, Id } = await container.inspect();
    process.kill(State.Pid, 'SIGKILL');
    await eventually(
      async () => {
        const now = (await docker.getContainer(Id).inspect()).State;
        return now.Running && now.StartedAt !== State.StartedAt;
      },
      { timeoutMs: 15_000 },
    );
    return Id;
  }

  it("serves again after a crash: Docker restarts the container, HAProxy's own check finds it", async () => {
    await crash('single');
    await eventually(async () => (await statusAt(net.healthUrl(0))) === 200, { timeoutMs: 15_000 });
    const session = await eventually(() => connect(net.url(0)), { timeoutMs: 15_000 });
    expect(await session.call('echo', { text: 'alone' })).to.equal('alone');
  });

  it('serves new sessions from the other replica while one is being restarted', async () => {
    await crash('pair');
    await eventually(
      async () => {
        const session = await connect(net.url(1));
        expect(await session.call('echo', { text: 'still' })).to.equal('still');
        await session.end();
      },
      { timeoutMs: 10_000 },
    );
    await eventually(
      async () => expect((await net.haproxy.servers('pair')).map(({ status }) => status)).to.deep.equal(['UP', 'UP']),
      { timeoutMs: 15_000 },
    );
  });

  it('serves the same file after HAProxy itself was restarted', async () => {
    const before = await readFile(net.haproxy.configPath, 'utf8');
    await (await net.container('default', 'MCPNetwork', 'haproxy')).restart({ t: 1 });
    for (const index of [0, 1])
      await eventually(async () => (await statusAt(net.healthUrl(index))) === 200, { timeoutMs: 15_000 });
    expect(await readFile(net.haproxy.configPath, 'utf8')).to.equal(before);
    const session = await eventually(() => connect(net.url(1)), { timeoutMs: 15_000 });
    expect(await session.call('echo', { text: 'again' })).to.equal('again');
  });

  it('is taken over by an operator that starts again: what came back is routed anew, and nothing but its sessions ends', async () => {
    const traffic = new Traffic(net.url(1));
    await net.start();
    await net.ready('single', 'pair');
    await net.networkReady();
    const { failures } = await traffic.end();
    // 404 is what the protocol wants for a session whose replica is another now; the client begins a new one.
    expect(failures.filter((failure) => !/Not Found|answered 404/.test(failure))).to.deep.equal([]);
    await eventually(
      async () => expect((await net.haproxy.servers('pair')).map(({ status }) => status)).to.deep.equal(['UP', 'UP']),
      { timeoutMs: 15_000 },
    );
  });
});
