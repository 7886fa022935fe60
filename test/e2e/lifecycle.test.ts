import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask, statusAt } from '../support/http.ts';
import { tiny, type Manifest } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { conditionOf, isReady } from '../support/test-network.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('a service under traffic', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const calc = (spec: Manifest['spec'] = {}): Manifest => tiny('calc', { port: net.port(0), ...spec });
  let declared: Manifest;
  const reloads = async (): Promise<unknown> => ({
    pid: await net.haproxy.workerPid(),
    reloads: await net.haproxy.reloads(),
  });

  before('serve two services', async () => {
    declared = calc();
    await net.write('calc.yaml', declared);
    await net.write('other.yaml', tiny('other', { port: net.port(1) }));
    await net.start();
    await net.ready('calc', 'other');
  });

  it('goes from one replica to three and back without a failed request and without a reload', async () => {
    const before = await reloads();
    const traffic = new Traffic(net.url(0));
    await net.change('calc.yaml', calc({ replicas: 3 }));
    expect(await net.haproxy.servers('calc')).to.have.length(3);
    await net.change('calc.yaml', calc({ replicas: 1 }));
    const { failures, requests } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect(requests).to.be.above(100);
    expect(await net.haproxy.servers('calc')).to.have.length(1);
    expect(await reloads()).to.deep.equal(before);
  });

  it('is served again by itself after its container was killed', async () => {
    const other = new Traffic(net.url(1));
    const container = await net.container('calc');
    const killed = (await container.inspect()).State.StartedAt;
    await container.kill();
    await eventually(async () => (await container.inspect()).State.StartedAt !== killed, { timeoutMs: 15_000 });
    await eventually(async () => (await ask(net.healthUrl(0))).status === 200, { timeoutMs: 15_000 });
    const session = await connect(net.url(0));
    expect(await session.call('echo', { text: 'back' })).to.equal('back');
    await net.ready('calc');
    expect(await net.consul.passing('calc')).to.have.length(1);
    expect((await other.end()).failures).to.deep.equal([]);
  });

  it('rolls to a changed spec, and sessions that began before and after go on without a failure', async () => {
    const [old] = await net.containers('calc');
    const early = await connect(net.url(0));
    const host = await early.call('whoami');
    const traffic = new Traffic(net.url(0), { callsPerSession: 30 });
    declared = calc({ env: [{ name: 'COLOUR', value: 'blue' }] });
    await net.write('calc.yaml', declared);
    // New sessions reach the new replica while the early one still has its own.
    await eventually(
      async () => {
        const late = await connect(net.url(0));
        const where = await late.call('whoami');
        await late.end();
        return where !== host;
      },
      { timeoutMs: 20_000 },
    );
    expect(await early.call('whoami')).to.equal(host);
    await early.end();
    await eventually(async () => !(await net.containers('calc')).some(({ Id }) => Id === old?.Id), {
      timeoutMs: 20_000,
    });
    const { failures, sessions } = await traffic.end();
    expect(failures).to.deep.equal([]);
    expect(sessions).to.be.above(2);
    const { Config } = await (await net.container('calc')).inspect();
    expect(Config.Env).to.include('COLOUR=blue');
    await net.until(
      'calc',
      (status) => isReady(status) && status.instances.filter(({ type }) => type === 'workload').length === 1,
    );
  });

  it('is not changed by a file that breaks, which is reported with its place and remedy', async () => {
    const traffic = new Traffic(net.url(1));
    const events = await net.watchWorld();
    const containers = (await net.containers()).map(({ Id }) => Id).sort();
    const lines = [
      'apiVersion: mcpnet.io/v1alpha1',
      'kind: MCPService',
      'metadata: {name: calc}',
      'spec:',
      '  image: a',
      '  replica: 2',
      '  transport: stdio',
    ];
    await net.write('calc.yaml', lines.join('\n'));
    const rejected = await net.until('calc', (status) => conditionOf(status, 'Accepted')?.status === 'False');
    expect(conditionOf(rejected, 'Accepted')?.message).to.match(
      /^calc\.yaml:6:3 spec\.replica is not a field; did you mean "replicas"\?/,
    );
    expect(isReady(rejected), 'the last good version still serves').to.equal(true);
    expect(await statusAt(net.healthUrl(0))).to.equal(200);
    expect(await events.seen()).to.deep.equal([]);
    expect((await net.containers()).map(({ Id }) => Id).sort()).to.deep.equal(containers);
    await net.write('calc.yaml', declared);
    await net.until('calc', (status) => conditionOf(status, 'Accepted')?.status === 'True' && isReady(status));
    expect(await events.seen(), 'mending the file restores what runs').to.deep.equal([]);
    expect((await traffic.end()).failures).to.deep.equal([]);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`goes on while the operator is ended by ${signal}, and its next start changes nothing`, async () => {
      const traffic = new Traffic(net.url(0));
      const before = { ...((await reloads()) as object), registrations: await net.consul.registrations() };
      const code = await net.operator.end(signal);
      expect(code).to.equal(signal === 'SIGTERM' ? 0 : null);
      const served = traffic.requests;
      await eventually(() => traffic.requests > served + 50, { timeoutMs: 20_000 });

      const events = await net.watchWorld();
      const operator = await net.start();
      await net.ready('calc', 'other');
      await net.networkReady();
      const { failures } = await traffic.end();
      expect(failures).to.deep.equal([]);
      expect(await events.seen()).to.deep.equal([]);
      expect(operator.changes).to.deep.equal([]);
      expect({ ...((await reloads()) as object), registrations: await net.consul.registrations() }).to.deep.equal(
        before,
      );
    });
  }

  it('takes everything of a service away with its file, and nothing of the others', async () => {
    const traffic = new Traffic(net.url(1));
    const id = (await net.containers('calc'))[0]?.Id ?? '';
    await net.remove('calc.yaml');
    await eventually(async () => (await net.containers('calc')).length === 0, { timeoutMs: 30_000 });
    await eventually(async () => (await statusAt(net.healthUrl(0))) === 0);
    await eventually(async () => !(await net.consul.services()).includes('calc'));
    await eventually(async () => !(await net.statuses()).some(({ metadata }) => metadata.name === 'calc'));
    expect((await net.containers()).some(({ Id }) => Id === id)).to.equal(false);
    expect(await net.haproxy.servers('calc')).to.have.length(0);
    expect((await traffic.end()).failures).to.deep.equal([]);
    await net.ready('other');
  });
});
