import { createHmac } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HealthView, SourceView } from '../../operator/api/shapes.ts';
import { eventually } from '../support/eventually.ts';
import { askJson } from '../support/http.ts';
import { fileText, tiny } from '../support/manifests.ts';
import { conditionOf } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';
import { serveGit, type GitServer } from './http-server.ts';
import { Origin } from './origin.ts';

const token = 'a-token-0123456789';
const hookSecret = 'a-hook-secret-0123456789';

describe('an operator of a directory and a repository', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  let origin: Origin;
  let server: GitServer;
  // Polls are too far apart to matter: what is noticed was told by a webhook.
  const flags = (): string[] => [
    '--git',
    server.url,
    '--path',
    'prod',
    '--git-secret',
    'fleet',
    '--git-interval',
    '1h',
  ];
  const source = async (): Promise<SourceView> => {
    const socketPath = join(net.state, 'operator.sock');
    return askJson<SourceView>('http://operator/api/v1/sources/fleet', { socketPath });
  };
  const tell = (secret: string): Promise<Response> => {
    const body = JSON.stringify({ ref: 'refs/heads/main' });
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    return fetch(`http://127.0.0.1:${net.ports.dashboard}/api/v1/hooks/git/fleet`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
      body,
    });
  };
  const workloads = async (name: string): Promise<number> => (await net.containers(name)).length;

  before('serve one service of each', async () => {
    origin = await Origin.create();
    server = await serveGit(origin.root, token);
    const secret = join(net.state, 'secrets', 'fleet');
    await mkdir(secret, { recursive: true });
    await writeFile(join(secret, 'token'), token);
    await writeFile(join(secret, 'webhook-secret'), hookSecret);
    await net.write('own.yaml', tiny('own', { port: net.port(0) }));
    await origin.push({ 'prod/shared.yaml': fileText([tiny('shared', { port: net.port(1) })]) });
    await net.start(...flags());
    await net.ready('own', 'shared');
  });
  after(async () => {
    await server.close();
    await origin.remove();
  });

  it('runs what both declare, and shows where each comes from', async () => {
    const { stdout } = await net.cli('get', 'sources');
    expect(stdout).to.match(/directory +True +2 +- +- /);
    expect(stdout).to.match(/fleet +True +1 +[0-9a-f]{10} +\d+s +git http:.*\(main, prod\)/);
    expect((await net.cli('describe', 'source', 'fleet')).stdout).to.match(/Applied: +[0-9a-f]{40} "a change" by Ada/);
  });

  it('takes a commit over when a webhook that is signed tells of it, and no other', async () => {
    await origin.push({ 'prod/shared.yaml': fileText([tiny('shared', { port: net.port(1), replicas: 2 })]) });
    expect((await tell('another-secret')).status).to.equal(401);
    expect(await (await tell(hookSecret)).json()).to.deep.equal({ message: 'fleet is being looked at' });
    await net.until('shared', ({ readyReplicas }) => readyReplicas === 2);
  });

  it('leaves everything as it is at a commit with an invalid manifest, and tells why everywhere', async () => {
    const bad = await origin.push({
      'prod/shared.yaml': fileText([tiny('shared', { port: net.port(1), replicas: 3 })]),
      'prod/wrong.yaml': fileText([tiny('wrong', { replicas: 'many' })]),
    });
    await tell(hookSecret);
    await eventually(async () => expect((await source()).repository?.refused?.commit).to.equal(bad));
    expect((await net.status('shared')).readyReplicas).to.equal(2);
    expect((await net.cli('describe', 'source/fleet')).stdout).to.match(
      /prod\/wrong\.yaml:\d+:\d+ spec\.replicas must be/,
    );
    expect((await net.cli('events')).stdout).to.match(/InvalidManifests/);
    const dashboard = `http://127.0.0.1:${net.ports.dashboard}`;
    const metrics = await (await fetch(`${dashboard}/metrics`)).text();
    expect(metrics).to.match(/^mcpnet_source_up\{source="fleet"\} 0$/m);
    const health = (await (await fetch(`${dashboard}/health`)).json()) as HealthView;
    expect(health.parts.find(({ name }) => name === 'source/fleet')?.ok).to.equal(false);
    await origin.push({ 'prod/wrong.yaml': undefined });
    await tell(hookSecret);
    await net.until('shared', ({ readyReplicas }) => readyReplicas === 3);
  });

  it('leaves a service that both declare to the one that brought it', async () => {
    await net.write('clash.yaml', tiny('shared', { port: net.port(1), replicas: 1 }));
    const status = await net.until('shared', (each) => conditionOf(each, 'Contested') !== undefined);
    const { message } = conditionOf(status, 'Contested') ?? {};
    expect(message).to.match(
      /is declared by .*manifests \(clash\.yaml:1\) as well; what git http.* says stays in force/,
    );
    expect(status.replicas).to.equal(3);
    await net.remove('clash.yaml');
    await net.until('shared', (each) => conditionOf(each, 'Contested') === undefined);
  });

  it('removes nothing of a repository whose operator does not read it any more', async () => {
    await net.operator.end('SIGTERM');
    await net.start();
    await net.ready('own');
    await net.change('own.yaml', tiny('own', { port: net.port(0), args: ['again'] }));
    expect(await workloads('shared')).to.equal(3);
    await net.operator.end('SIGTERM');
  });

  it('removes after a restart what a commit took away meanwhile, and that alone', async () => {
    await origin.push({
      'prod/shared.yaml': undefined,
      'prod/other.yaml': fileText([tiny('other', { port: net.port(2) })]),
    });
    await net.start(...flags());
    await net.ready('own', 'other');
    await eventually(async () => expect(await workloads('shared')).to.equal(0), { timeoutMs: 60_000 });
    expect(await workloads('own')).to.equal(1);
  });
});
