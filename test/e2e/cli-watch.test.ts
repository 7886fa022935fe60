import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { EventView } from '../../operator/api/shapes.ts';
import type { Load } from '../../operator/cli/top.ts';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { spawnProgram } from '../support/program.ts';
import { tiny } from '../support/manifests.ts';
import { Traffic } from '../support/traffic.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const escape = '\u001b[';

describe('what happens, by command', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const watching: ChildProcess[] = [];
  /** A command that goes on, and what it has printed so far. */
  const follow = (...args: string[]): { readonly text: () => string } => {
    const child = spawnProgram([...args, ...net.flags]);
    watching.push(child);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    return { text: () => text };
  };
  const names = async (): Promise<string[]> =>
    (await net.containers('echo')).map(({ Names }) => Names[0]?.slice(1) ?? '').sort();
  /** As on a terminal, by script(1). */
  const onTerminal = (env: Record<string, string>, ...args: string[]): string => {
    const main = fileURLToPath(new URL('../../operator/main.ts', import.meta.url));
    const line = [process.execPath, main, ...args, ...net.flags].map((word) => `'${word}'`).join(' ');
    // Node paints nothing in continuous integration, which says so by CI.
    const { NO_COLOR: _none, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
    return spawnSync('script', ['-qec', line, '/dev/null'], {
      encoding: 'utf8',
      env: { ...rest, TERM: 'xterm', ...env },
    }).stdout;
  };

  before('serve two replicas', async () => {
    await net.write('echo.yaml', tiny('echo', { port: net.port(0), replicas: 2 }));
    await net.start();
    await net.ready('echo');
    await net.networkReady();
  });
  afterEach('end what goes on', async () => {
    const ended = watching.splice(0).map(
      (child) =>
        new Promise((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) resolve(undefined);
          else child.once('close', resolve).kill('SIGINT');
        }),
    );
    await Promise.all(ended);
  });

  it('logs shows the lines of all replicas and whose they are, or of one', async () => {
    const [first = '', second = ''] = await names();
    const { code, stdout, stderr } = await net.cli('logs', 'echo');
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(new RegExp(`^\\[${first}\\] \\S+ listens$`, 'm'))
      .and.to.match(new RegExp(`^\\[${second}\\] \\S+ listens$`, 'm'));
    expect((await net.cli('logs', 'echo', '--instance', '2')).stdout).to.match(/^\S+ listens\n$/);
    expect((await net.cli('logs', first, '--prefix', '--timestamps')).stdout).to.match(
      new RegExp(`^\\[${first}\\] \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z \\S+ listens\\n$`),
    );
    expect((await net.cli('logs', 'echo', '--tail', '1', '--no-prefix')).stdout).to.match(/^\S+ listens\n$/);
    expect((await net.cli('logs', 'echo', '--tail', '0')).stdout).to.equal('');
    expect((await net.cli('logs', 'echo', '--since', '1ms')).stdout).to.equal('');
  });

  it('logs -f goes on with replicas that come later', async () => {
    const [first = ''] = await names();
    const logs = follow('logs', '-f', 'echo');
    await eventually(() => logs.text().includes(`[${first}]`), { timeoutMs: 20_000 });
    expect((await net.cli('scale', 'echo', '--replicas=3', '--wait')).code).to.equal(0);
    const third = (await names())[2] ?? '';
    await eventually(() => new RegExp(`^\\[${third}\\] \\S+ listens$`, 'm').test(logs.text()), { timeoutMs: 20_000 });
  });

  it('logs says what there is where a name is none', async () => {
    const { code, stderr } = await net.cli('logs', 'nonesuch');
    expect([code, stderr]).to.satisfy(
      ([exit, text]: [number, string]) => exit === 1 && text.includes('there are: echo'),
    );
    expect((await net.cli('logs', 'echo', '--instance', '9')).stderr).to.include(
      'echo has no replica 9; there are: echo-',
    );
    expect((await net.cli('logs', 'echo', '--tail', 'many')).code).to.equal(2);
  });

  it('events tells what happened, of everything or of one, and goes on with -w', async () => {
    const { stdout } = await net.cli('events');
    expect(stdout).to.match(/^LAST SEEN +TYPE +REASON +OBJECT +COUNT +MESSAGE\n/);
    expect(stdout)
      .to.match(/Normal +CreatedWorkload +service\/echo +1 +workload echo-[0-9a-f]{8}-1: /)
      .and.to.include('network/default');
    const own = JSON.parse((await net.cli('events', 'echo', '-o', 'json')).stdout) as { items: EventView[] };
    expect(new Set(own.items.map(({ key }) => key))).to.deep.equal(new Set(['MCPService/default/echo']));
    expect(own.items.map(({ lastSeen }) => lastSeen)).to.deep.equal(own.items.map(({ lastSeen }) => lastSeen).sort());
    const events = follow('events', '--for', 'service/echo', '-w', '--no-headers');
    await eventually(() => events.text().includes('CreatedWorkload'), { timeoutMs: 20_000 });
    const [first = ''] = await names();
    await docker.getContainer(first).kill({ signal: 'SIGKILL' });
    await eventually(() => /StartedWorkload +service\/echo/.test(events.text()), { timeoutMs: 30_000 });
    await net.ready('echo');
  });

  it('top tells what services and instances do and take', async () => {
    const traffic = new Traffic(net.url(0));
    const load = (name: string, loads: readonly Load[]): Load | undefined =>
      loads.find((each) => each.name.startsWith(name));
    await eventually(() => traffic.requests > 20);
    const services = JSON.parse((await net.cli('top', '-o', 'json')).stdout) as { items: Load[] };
    const instances = JSON.parse((await net.cli('top', 'instances', '-o', 'json')).stdout) as { items: Load[] };
    expect((await traffic.end()).failures).to.deep.equal([]);
    const echo = load('echo', services.items);
    expect(echo?.traffic?.requestsPerSecond).to.be.greaterThan(1);
    expect(echo?.traffic?.p99Ms).to.be.greaterThan(0);
    expect(echo?.memoryBytes).to.be.greaterThan(3e6);
    expect(echo?.cores).to.be.greaterThan(0);
    expect(load('echo', instances.items)?.memoryBytes)
      .to.be.greaterThan(1e6)
      .and.lessThan(echo?.memoryBytes ?? 0);
    expect(load('default-haproxy', instances.items)?.memoryBytes).to.be.greaterThan(1e6);
    expect((await net.cli('top', '-o', 'wide')).stdout).to.match(
      /^NAME +OF +SESSIONS +REQUESTS\/S +P50 +P95 +P99 +ERRORS\/S +REQUESTS +ERRORS +CPU +MEMORY\necho +service\/echo .* \d+m +\d+Mi$/m,
    );
  });

  it('colours are for terminals only, and not for those who want none', async () => {
    expect(onTerminal({}, 'get')).to.include(`${escape}32mTrue${escape}39m`);
    expect(onTerminal({ NO_COLOR: '1' }, 'get'))
      .to.include('True')
      .and.to.not.include(escape);
    expect((await net.cli('get')).stdout).to.not.include(escape);
  });

  it('logs and top do without an operator, and events says that it cannot', async () => {
    await net.operator.end('SIGTERM');
    const [first = ''] = await names();
    expect((await net.cli('logs', 'echo')).stdout).to.match(new RegExp(`^\\[${first}\\] \\S+ listens$`, 'm'));
    await mkdir(join(net.state, 'secrets/word'), { recursive: true });
    await writeFile(join(net.state, 'secrets/word/key'), 'listens');
    expect((await net.cli('logs', 'echo')).stdout, 'a secret')
      .to.match(/\[redacted\]$/m)
      .and.to.not.include('listens');
    const { stdout, stderr } = await net.cli('top');
    expect(stdout).to.match(/^echo +- +- +- +- +- +- +\d+m +\d+Mi$/m);
    expect(stderr).to.include('no operator is running');
    expect((await net.cli('events')).stderr)
      .to.include('no operator is running')
      .and.to.include('mcpnet up');
  });
});
