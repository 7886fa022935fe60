import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { conditionOf } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import type { Frozen } from '../support/world.ts';

describe('health without the operator', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  before('serve with two replicas, then stop the operator', async () => {
    await net.write('pair.yaml', tiny('pair', { port: net.port(0), replicas: 2, healthCheck: { interval: '300ms' } }));
    await net.start();
    await net.ready('pair');
    await net.operator.end('SIGTERM');
  });

  let frozen: Frozen | undefined;
  const freeze = async (): Promise<Frozen> => (frozen = await net.world.freeze('pair'));

  afterEach(async () => {
    await frozen?.thaw();
    await agreed(2);
  });

  /** Both views tell the same number of healthy replicas. */
  async function agreed(healthy: number): Promise<void> {
    await eventually(
      async () => {
        const up = (await net.haproxy.servers('pair')).filter(({ status }) => status === 'UP').length;
        expect([up, (await net.consul.passing('pair')).length]).to.deep.equal([healthy, healthy]);
      },
      { timeoutMs: 20_000 },
    );
  }

  it('is the same to HAProxy and to Consul while a replica hangs, and when it answers again', async () => {
    await agreed(2);
    const hung = await freeze();
    await agreed(1);
    await hung.thaw();
    await agreed(2);
  });

  it('answers a session of a hung replica 404 with the JSON-RPC error, and the others go on', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => connect(net.url(0))));
    const hung = await freeze();
    await agreed(1);
    const lost = sessions.filter(({ sessionId }) => hung.id.startsWith(sessionId.split('-')[0] ?? ''));
    const kept = sessions.filter((session) => !lost.includes(session));
    expect([lost.length > 0, kept.length > 0]).to.deep.equal([true, true]);
    for (const { sessionId } of lost) {
      const answer = await ask(net.url(0).href, {
        method: 'POST',
        headers: { 'mcp-session-id': sessionId, 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/list' }),
      });
      expect(answer.status).to.equal(404);
      expect(JSON.parse(answer.body)).to.deep.include({ error: { code: -32001, message: 'Session not found' } });
    }
    for (const session of kept) expect(await session.call('echo', { text: 'here' })).to.equal('here');
  });

  it('survives one failed check', async () => {
    const [server] = await net.haproxy.servers('pair');
    const failures = Number(server?.['chkfail']);
    const hung = await freeze();
    await eventually(
      async () => {
        const rows = await net.haproxy.servers('pair');
        return rows.some(({ chkfail }) => Number(chkfail) > failures);
      },
      { timeoutMs: 10_000, intervalMs: 5 },
    );
    await hung.thaw();
    const down = (await net.haproxy.servers('pair')).map(({ chkdown }) => chkdown);
    await agreed(2);
    expect((await net.haproxy.servers('pair')).map(({ chkdown }) => chkdown)).to.deep.equal(down);
  });
});

describe('health, told by the operator', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  it('is what the balancer finds, and says why', async () => {
    await net.write(
      'lone.yaml',
      tiny('lone', { port: net.port(0), healthCheck: { interval: '300ms', timeout: '300ms' } }),
    );
    await net.start();
    await net.ready('lone');
    const hung = await net.world.freeze('lone');
    const status = await net.until('lone', (each) => conditionOf(each, 'Ready')?.status === 'False');
    expect(conditionOf(status, 'Ready')).to.include({ reason: 'HealthCheckFailed' });
    await hung.thaw();
    await net.ready('lone');
  });
});
