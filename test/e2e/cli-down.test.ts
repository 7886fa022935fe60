import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { docker, runContainer, testLabel } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { tiny, tinyImage } from '../support/manifests.ts';
import { runProgram } from '../support/program.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('the end of everything, by command', function () {
  this.timeout(60_000);
  const net = useTestNetwork();

  before('serve two services', async () => {
    const volumes = [{ name: `${net.scope}-data`, mountPath: '/data' }];
    await net.write('files.yaml', tiny('files', { port: net.port(0) }));
    await net.write('memory.yaml', tiny('memory', { port: net.port(1), replicas: 2, volumes }));
    await net.start();
    await net.ready('files', 'memory');
  });

  it('down refuses to run beside an operator, on whatever state directory that runs', async () => {
    const elsewhere = await runProgram(['down', '--yes', ...net.flags, '--state', join(net.directory, 'elsewhere')]);
    expect(elsewhere.code).to.equal(1);
    expect(elsewhere.stderr).to.include(`pid ${net.operator.pid} holds scope "${net.scope}"`);
    const down = await net.cli('down', '--yes');
    expect(down.code).to.equal(1);
    expect(down.stderr).to.include('stop it first');
    expect(await net.containers('files')).to.have.length(1);
  });

  it('the launcher is the operator to who sends it SIGTERM, even while it starts: it ends with 0', async () => {
    await net.operator.end('SIGTERM');
    const launcher = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../operator/launch.mjs', import.meta.url)), 'up', ...net.flags],
      { stdio: 'ignore' },
    );
    const ended = new Promise<number | null>((resolve) => launcher.once('exit', (code) => resolve(code)));
    await eventually(async () => (await net.cli('version')).stdout.includes('(pid '), { timeoutMs: 20_000 });
    launcher.kill('SIGTERM');
    expect(await ended).to.equal(0);
    expect((await net.cli('version')).stdout).to.include('not running');
  });

  it('down asks first, and without a terminal and --yes removes nothing', async () => {
    const { code, stderr } = await net.cli('down');
    expect(code).to.equal(1);
    expect(stderr).to.include('--yes');
    expect(await net.containers('files')).to.have.length(1);
  });

  it('down removes all that is ours and nothing else', async () => {
    const theirs = {
      container: `${net.scope}-theirs`,
      network: `${net.scope}-their-network`,
      volume: `${net.scope}-their-volume`,
    };
    await docker.createNetwork({ Name: theirs.network, Labels: { [testLabel]: net.scope } });
    await docker.createVolume({ Name: theirs.volume, Labels: { [testLabel]: net.scope } });
    await runContainer({ name: theirs.container, scope: net.scope, image: tinyImage, network: theirs.network });
    const { code, stdout, stderr } = await net.cli('down', '--yes');
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout)
      .to.match(/^and keeps:\n {2}volumes that manifests name/m)
      .and.to.include(`tokens, in ${net.state}`);
    expect(existsSync(join(net.state, 'revisions'))).to.equal(true);
    expect(
      await docker.listContainers({ all: true, filters: { label: [`io.mcpnet.owner=${net.scope}`] } }),
    ).to.deep.equal([]);
    const networks = (await docker.listNetworks()).map(({ Name }) => Name);
    expect(networks).to.include(theirs.network).and.to.not.include.members([net.internal]);
    expect(networks).to.not.include(net.frontend);
    const { Volumes: volumes } = await docker.listVolumes();
    expect(
      volumes.filter(({ Name }) => Name.startsWith(net.scope) && !Name.includes('-fence-')).map(({ Name }) => Name),
    ).to.have.members([theirs.volume, `${net.scope}-data`], 'the data of a service stays');
    expect((await docker.getContainer(theirs.container).inspect()).State.Running).to.equal(true);
    const again = await net.cli('down', '--yes');
    expect([again.code, again.stdout.trim()]).to.deep.equal([0, 'nothing of ours exists']);
  });
});
