import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../deploy/images/build.ts';
import { packageVersion } from '../../deploy/images/package-version.ts';
import { execIn, outputOf, withConfined } from './confined.ts';

const OPERATOR = `mcpnet/operator:${packageVersion()}`;
const ANYONE = '54321:54321';

describe('the image of the operator', function () {
  this.timeout(60_000);
  const docker = new Docker();

  before(async function () {
    this.timeout(300_000);
    await ensureImages([OPERATOR], { docker });
  });

  it('runs the program as anyone, with nothing to write to', async () => {
    const output = await outputOf(docker, { image: OPERATOR, user: ANYONE, command: ['version'] });
    expect(output)
      .to.contain(`mcpnet ${packageVersion()}`)
      .and.to.match(/^node v24\./m);
  });

  it('brings the command, for those who look around in a Pod', async () => {
    const options = { image: OPERATOR, user: ANYONE, entrypoint: ['sleep', '60'] };
    await withConfined(docker, options, async (container) => {
      expect(await execIn(docker, container, ['mcpnet', '--version'])).to.equal(packageVersion());
    });
  });

  it('holds every package that the program loads, and none to develop it with', async () => {
    const look = `
      const { dependencies } = JSON.parse(fs.readFileSync('package.json'));
      await Promise.all(Object.keys(dependencies).map((name) => import(name)));
      console.log(Object.keys(dependencies).length > 15, fs.existsSync('node_modules/typescript'));`;
    const output = await outputOf(docker, {
      image: OPERATOR,
      user: ANYONE,
      entrypoint: ['sh', '-c', 'cd /app && node --input-type=module -e "import fs from \'node:fs\';$LOOK"'],
      environment: [`LOOK=${look}`],
    });
    expect(output).to.equal('true false');
  });

  it('brings what reads repositories over https and ssh, and checks signatures', async () => {
    const repository = 'https://127.0.0.1:1/none';
    const look = `git --version; ssh -V 2>&1; ssh-keygen -Y verify 2>&1; git ls-remote ${repository} 2>&1; true`;
    const output = await outputOf(docker, { image: OPERATOR, user: '65532:65532', entrypoint: ['sh', '-c', look] });
    expect(output)
      .to.match(/^git version 2\./m)
      .and.to.match(/^OpenSSH_/m)
      .and.to.match(/too few arguments for verify/i)
      .and.to.include(`unable to access '${repository}/': Failed to connect`);
  });

  it('runs as nobody in particular unless it is told otherwise', async () => {
    const { Config } = await docker.getImage(OPERATOR).inspect();
    expect(Config.User).to.equal('65532:65532');
    expect(Config.Cmd).to.deep.equal(['up']);
  });
});
