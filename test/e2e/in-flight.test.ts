import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { service, tiny, type Manifest } from '../support/manifests.ts';
import { connect, connectModern } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const rollout = { drainTimeout: '30s' };

describe('a request on its way while its replica is replaced', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const overStdio = (level: string): Manifest =>
    service('stdio', {
      image: 'mcpnet/everything:2026.8.31',
      transport: 'stdio',
      port: net.port(0),
      stdio: { isolation: 'shared' },
      env: [{ name: 'LEVEL', value: level }],
      rollout,
    });
  const overHttp = (level: string): Manifest =>
    tiny('http', { port: net.port(1), env: [{ name: 'LEVEL', value: level }], rollout });

  before(async () => {
    await net.write('stdio.yaml', overStdio('one'));
    await net.write('http.yaml', overHttp('one'));
    await net.start();
    await net.ready('stdio', 'http');
  });

  /** Resolves once the replica is on its way out: what began before must still be answered by it. */
  async function untilReplaced(name: string): Promise<void> {
    await eventually(
      async () => {
        const servers = await net.haproxy.servers(name);
        return servers.length === 2 && servers.some(({ status = '' }) => /^(DRAIN|MAINT)/.test(status));
      },
      { timeoutMs: 30_000 },
    );
  }

  it('is answered, though it belongs to no session that could be waited for', async () => {
    const client = await connectModern(net.url(0));
    const answer = client.call('trigger-long-running-operation', { duration: 6, steps: 2 });
    await net.write('stdio.yaml', overStdio('two'));
    await untilReplaced('stdio');
    expect(await answer).to.include('completed');
  });

  it('is answered within its session, which then goes on', async () => {
    const session = await connect(net.url(1));
    const answer = session.call('sleep', { text: 'slept', ms: 4_000 });
    await net.write('http.yaml', overHttp('two'));
    await untilReplaced('http');
    expect(await answer).to.equal('slept');
    expect(await session.call('echo', { text: 'still here' })).to.equal('still here');
  });
});
