import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '..', '..');

describe('the published package', () => {
  let directory: string;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const mcpnet = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('npx', ['--no-install', 'mcpnet', ...args], { cwd: directory, encoding: 'utf8' });

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'mcpnet-package-'));
    execFileSync('npm', ['pack', '--silent', '--pack-destination', directory], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'user', private: true }));
    const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error'];
    execFileSync('npm', ['install', ...flags, join(directory, archive)], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });

  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('brings a command that runs on the Node it needs', () => {
    const { status, stdout } = mcpnet('version');
    expect(status).to.equal(0);
    expect(stdout)
      .to.match(/^mcpnet \d+\.\d+\.\d+$/m)
      .and.to.match(/^node v24\./m);
  });

  it('validates the manifests that it ships', () => {
    const { status, stdout } = mcpnet('validate', 'node_modules/mcp-network-operator/manifests');
    expect(stdout).to.contain('7 resources are valid');
    expect(status).to.equal(0);
  });

  it('prints the definitions that Kubernetes needs', () => {
    const { status, stdout, stderr } = mcpnet('crd');
    expect(stdout.match(/^kind: CustomResourceDefinition$/gm), stderr).to.have.lengthOf(2);
    expect(status).to.equal(0);
  });

  it('plans them against the engine', () => {
    const manifests = 'node_modules/mcp-network-operator/manifests';
    const { stdout, stderr } = mcpnet(
      'plan',
      '--manifests',
      manifests,
      '--state',
      join(directory, 'state'),
      '--scope',
      'package-test',
    );
    expect(stdout, stderr)
      .to.contain('service/files')
      .and.to.match(/\d+ to create, 0 to update, 0 to remove/);
  });

  it('brings the dashboard ready-made, without the tools that bundle it', () => {
    const look =
      "import('mcp-network-operator/dist/operator/page-files.js').then(async ({ pageFiles }) => " +
      'console.log((await pageFiles()).map(({ type, body }) => type.split(";")[0] + " " + (body.length > 0)).sort().join()))';
    const { stdout, stderr } = spawnSync('npx', ['--no-install', 'node', '-e', look], {
      cwd: directory,
      encoding: 'utf8',
    });
    expect(stdout.trim(), stderr).to.equal('image/svg+xml true,text/css true,text/html true,text/javascript true');
  });

  it('can build the image of the bridge without the tools of the repository', () => {
    const { status, stdout, stderr } = mcpnet('images', `bridge:${version}`);
    expect(stdout, stderr).to.match(/image mcpnet\/bridge:\S+ +(present|built)/);
    expect(status).to.equal(0);
  });
});
