import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { runProgram, type Outcome } from '../support/program.ts';
import { tiny, type Manifest } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('manifests by command', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  const read = (file: string): Promise<string> => readFile(join(net.manifests, file), 'utf8');
  const echo = (spec: Manifest['spec'] = {}): Manifest => tiny('echo', { port: net.port(0), ...spec });
  /** A file outside the operator's directory, and the flags that name it. */
  const given = async (name: string, text: string): Promise<string[]> => {
    const path = join(net.directory, name);
    await writeFile(path, text);
    return ['-f', path];
  };
  /** As a person runs it who knows only the state directory: the operator tells where its manifests are. */
  const mcpnet = (args: readonly string[], input?: string): Promise<Outcome> =>
    runProgram([...args, '--scope', net.scope, '--state', net.state, '--manifests', '/nonexistent'], 60_000, {}, input);

  it('are written into the directory without an operator, and said to wait for one', async () => {
    const { code, stdout, stderr } = await net.cli(
      'apply',
      ...(await given('echo.yaml', `# mine\n${stringify(echo())}`)),
    );
    expect([code, stdout], stderr).to.deep.equal([0, 'service/echo created\n']);
    expect(stderr).to.include('no operator is running; it takes effect when one does');
    expect(await read('mcpservice-echo.yaml')).to.equal(`# mine\n${stringify(echo())}`);
    const wait = await net.cli('apply', '--wait', ...(await given('echo.yaml', stringify(echo({ replicas: 2 })))));
    expect(wait.code).to.equal(1);
    expect(wait.stderr).to.include('nothing was written: no operator is running');
    await net.start();
    await net.ready('echo');
  });

  it('are waited for until they serve, wherever the operator reads them', async () => {
    const again = await mcpnet(['apply', '--wait', '-f', '-'], stringify(echo()));
    expect(again, again.stderr).to.include({ code: 0, stdout: 'service/echo unchanged\n' });
    const two = `${stringify(echo({ replicas: 2 }))}---\n${stringify(tiny('other', { port: net.port(1) }))}`;
    const { code, stdout, stderr } = await mcpnet(['apply', '--wait', ...(await given('two.yaml', two))]);
    expect([code, stdout], stderr).to.deep.equal([0, 'service/echo configured\nservice/other created\n']);
    expect(stderr).to.match(/^waiting for .*service\/other: /m);
    expect((await net.status('echo')).readyReplicas).to.equal(2);
    expect((await net.status('other')).readyReplicas).to.equal(1);
  });

  it('are not written in a dry run, which tells what would follow', async () => {
    const before = await read('mcpservice-echo.yaml');
    const files = await given(
      'dry.yaml',
      `${stringify(echo({ replicas: 3 }))}---\n${stringify(tiny('third', { port: net.port(2) }))}`,
    );
    const { code, stdout, stderr } = await mcpnet(['apply', '--dry-run', ...files]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include('service/echo configured (dry run)\nservice/third created (dry run)\n');
    expect(stdout).to.match(/create workload {1,}echo-[0-9a-f]{8}-3 +replica 3 of 3 is missing/);
    expect(stdout).to.match(/^service\/third$/m);
    expect(await read('mcpservice-echo.yaml')).to.equal(before);
    expect((await readdir(net.manifests)).filter((name) => name.includes('third'))).to.deep.equal([]);
  });

  it('are compared with what is declared, defaults filled in: 0 for no difference, 1 for one, 2 for an error', async () => {
    const diff = async (spec: Manifest['spec']): Promise<Outcome> =>
      mcpnet(['diff', ...(await given('diff.yaml', stringify(echo(spec))))]);
    expect(await diff({ replicas: 2, egress: 'none' }), 'egress is none anyway').to.include({ code: 0, stdout: '' });
    const { code, stdout } = await diff({ replicas: 3 });
    expect(code).to.equal(1);
    expect(stdout).to.match(/^--- declared\/.*\n\+\+\+ given\/.*\n@@ .*[^]*\n-  replicas: 2\n\+  replicas: 3\n/);
    expect(stdout).to.match(/create workload {1,}echo-[0-9a-f]{8}-3 +replica 3 of 3 is missing/);
    expect((await mcpnet(['diff', '-f', join(net.directory, 'absent.yaml')])).code).to.equal(2);
    expect((await mcpnet(['diff'])).code).to.equal(2);
  });

  it('that are invalid are refused as a whole, with their place', async () => {
    const before = await readdir(net.manifests);
    const bad = `${stringify(tiny('fine', { port: net.port(2) }))}---\n${stringify(tiny('bad', { transport: 'pigeon' }))}`;
    const { code, stderr } = await mcpnet(['apply', ...(await given('bad.yaml', bad))]);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/bad\.yaml:\d+:\d+ spec\.transport is "pigeon"; write one of/)
      .and.to.include('nothing was written: 1 problem');
    expect((await mcpnet(['diff', ...(await given('bad.yaml', bad))])).code).to.equal(2);
    expect(await readdir(net.manifests)).to.deep.equal(before);
    expect((await mcpnet(['apply', '-f', join(net.directory, 'absent.yaml')])).stderr).to.include(
      'is not there; name a file',
    );
  });

  it('that fail are told of, and what served goes on', async () => {
    const broken = echo({ replicas: 2, command: ['/nonexistent'] });
    const { code, stderr } = await mcpnet(['apply', '--wait', ...(await given('broken.yaml', stringify(broken)))]);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/service\/echo failed \(\w+\): /)
      .and.to.include('mcpnet rollback');
    expect((await net.status('echo')).readyReplicas).to.equal(2);
    const mended = await mcpnet(['apply', '--wait', ...(await given('echo.yaml', stringify(echo({ replicas: 2 }))))]);
    expect(mended.code, mended.stderr).to.equal(0);
  });

  it('are scaled in place, with everything else left as it is', async () => {
    await net.write(
      'mcpservice-echo.yaml',
      `# kept\n${stringify(echo({ replicas: 2 })).replace('replicas: 2', 'replicas: 2 # enough')}`,
    );
    const before = await read('mcpservice-echo.yaml');
    const { code, stdout, stderr } = await mcpnet(['scale', 'echo', '--replicas=1', '--wait']);
    expect([code, stdout], stderr).to.deep.equal([0, 'service/echo scaled to 1\n']);
    expect(await read('mcpservice-echo.yaml')).to.equal(before.replace('replicas: 2', 'replicas: 1'));
    expect((await net.status('echo')).replicas).to.equal(1);
    expect((await mcpnet(['scale', 'echo', '--replicas=1'])).stdout).to.include('has 1 replicas already');
    expect((await mcpnet(['scale', 'echo', '--replicas=100'])).stderr).to.include('spec.replicas must be <= 64');
    expect((await mcpnet(['scale', 'echo', '--replicas=many'])).code).to.equal(2);
    expect((await mcpnet(['scale', 'nonesuch', '--replicas=1'])).stderr).to.include('there are: echo, other');
  });

  it('are deleted by name or by file, and waited for until nothing of them is left', async () => {
    const dry = await mcpnet(['delete', 'service', 'other', '--dry-run']);
    expect(dry.stdout).to.match(/service\/other deleted \(dry run\)[^]*(drain|remove|wait) +\w+ +other/);
    const { code, stdout, stderr } = await mcpnet(['delete', 'service/other', '--wait']);
    expect([code, stdout], stderr).to.deep.equal([0, 'service/other deleted\n']);
    expect(await net.containers('other')).to.deep.equal([]);
    expect(await readdir(net.manifests)).to.not.include('mcpservice-other.yaml');
    expect((await mcpnet(['delete', 'service', 'other'])).stderr).to.include('there is no MCPService named "other"');
    expect((await mcpnet(['delete', 'service', 'other', '--ignore-not-found'])).code).to.equal(0);
    const byFile = await mcpnet(['delete', '--wait', ...(await given('echo.yaml', stringify(echo())))]);
    expect([byFile.code, byFile.stdout], byFile.stderr).to.deep.equal([0, 'service/echo deleted\n']);
    expect(await net.containers('echo')).to.deep.equal([]);
  });

  it('are not all deleted: that would not be believed, and is said to need down', async () => {
    const { code, stderr } = await mcpnet(['delete', 'network/default']);
    expect(code).to.equal(1);
    expect(stderr).to.include('nothing was deleted').and.to.include('mcpnet down');
    expect(await net.containers('default', 'MCPNetwork')).to.not.deep.equal([]);
  });
});
