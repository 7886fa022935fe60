import { readdir, readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { run } from '../../deploy/images/command.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-ports.ts';
import { ask } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { PrometheusProcess, prometheusPrograms } from '../support/prometheus.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const folder = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

interface Rules {
  readonly groups: readonly { readonly rules: readonly Record<string, unknown>[] }[];
}

describe('Prometheus', function () {
  this.timeout(180_000);
  const net = useTestNetwork();
  let programs: Awaited<ReturnType<typeof prometheusPrograms>>;
  let prometheus: PrometheusProcess;

  before('serve, and scrape', async function () {
    this.timeout(600_000);
    programs = await prometheusPrograms();
    await net.write(
      'files.yaml',
      tiny('files', { port: net.port(0), healthCheck: { interval: '300ms', timeout: '300ms' } }),
    );
    await net.start();
    await net.ready('files');
    const port = await freePorts(1);
    prometheus = new PrometheusProcess(programs.server, await hastened(), join(net.directory, 'prometheus'), port);
    await prometheus.untilReady();
  });

  after(async () => {
    await prometheus.end();
  });

  /** The configuration and the rules as they are, but for ports, and with seconds in the place of minutes. */
  async function hastened(): Promise<string> {
    const directory = join(net.directory, 'prometheus-configuration');
    await mkdir(join(directory, 'rules'), { recursive: true });
    const text = await readFile(join(folder, 'prometheus.yml'), 'utf8');
    const configuration = text
      .replaceAll('11091', String(net.ports.dashboard))
      .replaceAll('11099', String(net.ports.statistics))
      .replaceAll('15s', '1s');
    await writeFile(join(directory, 'prometheus.yml'), configuration);
    for (const name of await readdir(join(folder, 'rules'))) {
      const rules = parse(await readFile(join(folder, 'rules', name), 'utf8')) as Rules;
      const groups = rules.groups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({ ...rule, for: '1s' })),
      }));
      await writeFile(join(directory, 'rules', name), stringify({ groups }));
    }
    return join(directory, 'prometheus.yml');
  }

  it('finds configuration and rules in order, and the rules do what their tests say', async () => {
    const check = { purpose: 'checking', remedy: 'see its words' };
    expect(await run(programs.promtool, ['check', 'config', join(folder, 'prometheus.yml')], check)).to.include(
      'SUCCESS',
    );
    for (const name of await readdir(join(folder, 'tests')))
      expect(await run(programs.promtool, ['test', 'rules', join(folder, 'tests', name)], check)).to.include('SUCCESS');
  });

  it('has nothing to say against the metrics themselves', async () => {
    const session = await connect(net.url(0));
    await session.call('echo', { text: 'x' });
    const file = join(net.directory, 'metrics.txt');
    const { body } = await ask(`http://127.0.0.1:${net.ports.dashboard}/metrics`);
    await writeFile(file, body);
    const check = { purpose: 'checking', remedy: 'see its words' };
    expect(await run('sh', ['-c', `"${programs.promtool}" check metrics < "${file}"`], check)).to.equal('');
  });

  it('scrapes the operator and HAProxy, and counts what clients do', async () => {
    await eventually(async () => (await prometheus.query('sum(up)')).get('{}') === 2, {
      timeoutMs: 30_000,
      intervalMs: 200,
    });
    const session = await connect(net.url(0));
    for (let call = 0; call < 20; call++) await session.call('echo', { text: 'x' });
    const counted = [
      'sum(mcpnet_service_requests_total)',
      'sum(mcpnet_service_request_duration_seconds_count{service="files"})',
      'sum(haproxy_backend_http_responses_total{proxy="files",code="2xx"})',
    ];
    for (const expression of counted)
      await eventually(async () => Number((await prometheus.query(expression)).get('{}')) >= 20, {
        timeoutMs: 40_000,
        intervalMs: 500,
      });
  });

  it('raises an alert when a service is put out of action, and lets it go when it is back', async () => {
    expect((await prometheus.firing()).filter((alert) => alert.startsWith('McpnetService'))).to.deep.equal([]);
    const { State } = await (await net.container('files')).inspect();
    // A container that is gone would be back within half a second. This one runs; its server, below Docker's init, does not.
    const server = Number(await readFile(`/proc/${State.Pid}/task/${State.Pid}/children`, 'utf8'));
    process.kill(server, 'SIGSTOP');
    await eventually(async () => (await prometheus.firing()).includes('McpnetServiceDown files'), {
      timeoutMs: 60_000,
      intervalMs: 300,
    });
    process.kill(server, 'SIGCONT');
    await eventually(async () => !(await prometheus.firing()).includes('McpnetServiceDown files'), {
      timeoutMs: 60_000,
      intervalMs: 300,
    });
  });

  it('raises an alert when the operator is killed, and lets it go when there is one again', async () => {
    await net.operator.end('SIGKILL');
    await eventually(async () => (await prometheus.firing()).includes('McpnetOperatorDown'), {
      timeoutMs: 60_000,
      intervalMs: 300,
    });
    await net.start();
    await eventually(async () => !(await prometheus.firing()).includes('McpnetOperatorDown'), {
      timeoutMs: 60_000,
      intervalMs: 300,
    });
  });
});
