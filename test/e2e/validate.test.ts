import { expect } from 'chai';
import type { Report, Section } from '../../operator/cli/network/report.ts';
import type { Checked } from '../../operator/cli/doctor/finding.ts';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { service, tiny } from '../support/manifests.ts';
import type { Outcome } from '../support/program.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('mcpnet network validate', function () {
  this.timeout(170_000);
  const net = useTestNetwork();
  const everything = { image: 'mcpnet/everything:2026.8.31', resources: { memory: '512Mi', pids: 256 } };

  const validate = (...flags: string[]): Promise<Outcome> => net.cli('network', 'validate', '--clients', '5', ...flags);
  async function report(): Promise<{ code: number; find: (section: string, name: RegExp) => Checked }> {
    const { code, stdout, stderr } = await validate('-o', 'json');
    const { items } = JSON.parse(stdout || '{"items":[]}') as { items: Report[] };
    const sections: readonly Section[] = items[0]?.sections ?? [];
    const find = (section: string, name: RegExp): Checked => {
      const found = sections.find((each) => each.name === section)?.findings.find((each) => name.test(each.name));
      if (!found) throw new Error(`nothing was found about ${section} ${String(name)}: ${stderr}${stdout}`);
      return found;
    };
    return { code, find };
  }
  const probes = (): Promise<unknown[]> =>
    docker.listContainers({ all: true, filters: { label: [`io.mcpnet.probe=${net.scope}`] } });

  before('serve one of each transport, and one with a way out', async () => {
    await net.write(
      'services.yaml',
      tiny('closed', { port: net.port(0), replicas: 2 }),
      tiny('open', { port: net.port(1), egress: 'open' }),
      service('stdio', { ...everything, transport: 'stdio', port: net.port(2) }),
      service('old', {
        ...everything,
        transport: 'sse',
        mcpPort: 3001,
        args: ['sse'],
        env: [{ name: 'PORT', value: '3001' }],
        port: net.port(3),
      }),
    );
    await net.start();
    await net.ready('closed', 'open', 'stdio', 'old');
    await net.networkReady();
  });

  it('finds everything healthy, and leaves nothing behind', async () => {
    const before = await net.containers();
    const { code, stdout } = await validate();
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/^infrastructure: 6\/6 healthy$/m);
    expect(stdout).to.match(
      /service\/old from the host\s+http:\S+\/sse initializes \(2024-11-05\) and lists \d+ tools/,
    );
    expect(stdout).to.match(/ok\s+service\/closed from the frontend network\s/);
    expect(stdout).to.match(/ok\s+service\/closed past HAProxy\s.*cannot reach it directly/);
    expect(stdout).to.match(/ok\s+service\/closed in \S+ from elsewhere\s/);
    expect(stdout).to.match(/ok\s+service\/closed to the outside\s+cannot reach out/);
    expect(stdout).to.match(/ok\s+service\/open to the outside\s+reaches out/);
    expect(stdout).to.match(/ok\s+service\/closed\s+Consul has its 2 ready instances, passing/);
    expect(stdout).to.match(/ok\s+service\/closed\s+HAProxy has its 2 ready instances, UP/);
    expect(stdout.match(/p50 \d+\.\d ms, p99 \d+\.\d ms of 20 calls/g)).to.have.lengthOf(4);
    expect(stdout.match(/5 clients at once, 5 calls each; every session held, none mixed/g)).to.have.length.of.at.least(
      3,
    );
    expect(stdout).to.match(/, 0 failed, 0 not known$/m);
    expect(await probes()).to.deep.equal([]);
    expect((await net.containers()).map(({ Id }) => Id).sort()).to.deep.equal(before.map(({ Id }) => Id).sort());
  });

  it('gives the same to programs and to CI', async () => {
    const { find, code } = await report();
    expect(code).to.equal(0);
    expect(find('infrastructure', /^consul$/).message).to.include('has a leader');
    const { stdout } = await validate('-o', 'junit');
    expect(stdout).to.match(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="mcpnet">/);
    expect(stdout).to.match(/<testsuite name="default: infrastructure" tests="6" failures="0" skipped="0"/);
  });

  describe('with nobody who mends', () => {
    before('stop the operator', () => net.operator.end('SIGTERM'));

    it('finds what Consul lost, what HAProxy does not send to, and who got a way out', async () => {
      const [entry] = await net.consul.health('closed');
      await net.consul.put(`/v1/agent/service/deregister/${entry?.Service.ID ?? ''}`, '');
      const [row] = await net.haproxy.servers('closed');
      await net.haproxy.command(`set server closed/${row?.['svname'] ?? ''} state maint`);
      const stdio = await net.container('stdio');
      await docker.getNetwork(net.frontend).connect({ Container: stdio.id });
      try {
        const { code, find } = await report();
        expect(code).to.equal(1);
        expect(find('discovery', /closed/)).to.include({ verdict: 'fail' });
        expect(find('discovery', /closed/).message).to.include('is ready and not there');
        expect(find('backends', /closed/)).to.include({ verdict: 'fail' });
        expect(find('backends', /closed/).message).to.include('somebody disabled it');
        expect(find('isolation', /stdio to the outside/)).to.include({ verdict: 'fail' });
        expect(find('isolation', /open to the outside/)).to.include({ verdict: 'ok' });
        expect(find('discovery', /open/)).to.include({ verdict: 'ok' });
        expect(find('infrastructure', /operator/)).to.include({ verdict: 'warn' });
      } finally {
        await docker.getNetwork(net.frontend).disconnect({ Container: stdio.id, Force: true });
      }
    });

    it('finds HAProxy gone, and what nobody reaches without it', async () => {
      await (await net.container('default', 'MCPNetwork', 'haproxy')).stop();
      const { code, find } = await report();
      expect(code).to.equal(1);
      expect(find('infrastructure', /haproxy/)).to.include({ verdict: 'fail' });
      expect(find('infrastructure', /consul/)).to.include({ verdict: 'ok' });
      expect(find('reachability', /closed from the host/)).to.include({ verdict: 'fail' });
      expect(await probes()).to.deep.equal([]);
    });

    it('finds nothing amiss any more once an operator has mended it', async () => {
      await net.start();
      await net.ready('closed', 'open', 'stdio', 'old');
      await net.networkReady();
      await eventually(async () => (await validate()).code === 0, { timeoutMs: 60_000 });
    });
  });
});
