import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Checked } from '../../operator/cli/doctor/finding.ts';
import { docker, testLabel } from '../support/docker.ts';
import { tiny } from '../support/manifests.ts';
import { runProgram } from '../support/program.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const settableClock = fileURLToPath(new URL('../chaos/settable-clock.ts', import.meta.url));

describe('mcpnet doctor', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  /** What it finds, and its exit code. */
  async function examine(
    env: Readonly<Record<string, string>> = {},
    flags: readonly string[] = net.flags,
  ): Promise<{ code: number; find: (name: string) => Checked }> {
    const { code, stdout, stderr } = await runProgram(['doctor', '-o', 'json', ...flags], 60_000, env);
    const { items } = JSON.parse(stdout || '{"items":[]}') as { items: Checked[] };
    const find = (name: string): Checked => {
      const found = items.find((each) => each.name === name);
      if (!found) throw new Error(`nothing was found about ${name}: ${stderr}`);
      return found;
    };
    return { code, find };
  }

  beforeEach('declare one service', () => net.write('a.yaml', tiny('first', { port: net.port(0) })));

  it('finds nothing amiss on this machine, and says what it looked at', async () => {
    const { code, stdout } = await net.cli('doctor');
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/^ok\s+engine\s+Docker \d+/m);
    for (const name of ['node', 'manifests', 'state', 'cgroups', 'clock', 'memory', 'disk', 'images', 'ports'])
      expect(stdout).to.match(new RegExp(`^(ok|warn)\\s+${name} `, 'm'));
    expect(stdout).to.match(/0 missing, 0 not known$/m);
  });

  it('finds nothing amiss beside a running operator, whose ports are ours', async () => {
    await net.start();
    await net.ready('first');
    const { find } = await examine();
    expect(find('ports')).to.include({ verdict: 'ok' });
    expect(find('networks').message).to.include('all that are declared exist');
    await net.operator.end('SIGTERM');
  });

  it('names who took a port of the plan', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(net.ports.dashboard, '127.0.0.1', resolve));
    try {
      const { code, find } = await examine();
      expect(code).to.equal(1);
      expect(find('ports').verdict).to.equal('fail');
      expect(find('ports').message).to.include(`port ${net.ports.dashboard}`).and.include(`(pid ${process.pid})`);
    } finally {
      server.close();
    }
  });

  it('tells an engine that does not answer, and what cannot be known without it', async () => {
    const { code, find } = await examine({ DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    expect(code).to.equal(1);
    expect(find('engine')).to.include({ verdict: 'fail' });
    expect(find('engine').remedy).to.include('DOCKER_HOST is unix:///nowhere/docker.sock');
    expect(find('images').verdict).to.equal('unknown');
    expect(find('node').verdict).to.equal('ok');
  });

  it('tells a state directory that cannot be written', async () => {
    const file = join(net.directory, 'a-file');
    await writeFile(file, '');
    const { code, find } = await examine({}, [...net.flags.slice(0, 4), '--state', join(file, 'state')]);
    expect(code).to.equal(1);
    expect(find('state')).to.include({ verdict: 'fail' });
    expect(find('state').remedy).to.include('--state');
  });

  it('tells an image that is not here and cannot be had', async () => {
    await net.write('a.yaml', tiny('first', { image: 'localhost:1/nobody/has-this:1' }));
    const { code, find } = await examine();
    expect(code).to.equal(1);
    expect(find('images').message).to.include('localhost:1/nobody/has-this:1 is not here and cannot be had');
  });

  it('tells a manifest that is invalid with its place', async () => {
    await net.write('a.yaml', tiny('first', { port: 'many' }));
    const { code, find } = await examine();
    expect(code).to.equal(1);
    expect(find('manifests').message).to.match(/a\.yaml:\d+/);
    expect(find('manifests').remedy).to.include('mcpnet validate');
  });

  it("tells an internal network that is somebody else's", async () => {
    const other = useOf('inner');
    await docker.createNetwork({ Name: other, Labels: { [testLabel]: net.scope } });
    await net.write(
      'network.yaml',
      net.networkManifest({ networks: { frontend: { name: net.frontend }, internal: { name: other } } }),
    );
    try {
      const { code, find } = await examine();
      expect(code).to.equal(1);
      expect(find('networks').message).to.include(`network ${other}`).and.include('not ours');
    } finally {
      await docker.getNetwork(other).remove();
      await net.write('network.yaml', net.networkManifest());
    }
  });

  it('tells a clock that is not that of the engine', async () => {
    const file = join(net.directory, 'clock');
    await writeFile(file, '3600000');
    const { code, find } = await examine({ NODE_OPTIONS: `--import ${settableClock}`, MCPNET_CHAOS_CLOCK: file });
    expect(code).to.equal(1);
    expect(find('clock')).to.include({ verdict: 'fail' });
    expect(find('clock').message).to.match(/3[56]\d\d\.\d s off/);
  });

  function useOf(name: string): string {
    return `${net.scope}-${name}`;
  }
});
