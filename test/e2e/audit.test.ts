import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { AuditFinding } from '../../operator/cli/audit/facts.ts';
import { docker, ownerLabel, runContainer, testLabel } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { tiny, tinyImage } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const run = promisify(execFile);

describe('mcpnet audit', function () {
  this.timeout(120_000);
  const net = useTestNetwork();
  const own = (name: string): string => `${net.scope}-${name}`;
  const image = (): string => `mcpnet-test/planted:${net.scope}`;
  const stray = (name: string, rest: object): ReturnType<typeof runContainer> =>
    runContainer({ name: own(name), scope: net.scope, image: tinyImage, ...rest });

  /** What is found, but for images that other tests on this engine have left. */
  async function findings(): Promise<{ code: number; items: AuditFinding[] }> {
    const { code, stdout, stderr } = await net.cli('audit', '-o', 'json');
    if (stdout === '') throw new Error(stderr);
    const { items } = JSON.parse(stdout) as { items: AuditFinding[] };
    return { code, items: items.filter(({ kind, what }) => kind !== 'unused image' || what === image()) };
  }
  const idOf = async (name: string): Promise<string> =>
    (await net.containers(name))[0]?.Names[0]?.replace('/', '') ?? '';

  before('serve three', async () => {
    await net.write('kept.yaml', tiny('kept', { port: net.port(0) }), tiny('sick', { port: net.port(1) }));
    await net.write('gone.yaml', tiny('gone', { port: net.port(2) }));
    await net.start();
    await net.ready('kept', 'sick', 'gone');
    await net.networkReady();
  });
  after('remove the planted image', async () => {
    await docker
      .getImage(image())
      .remove({ force: true })
      .catch(() => undefined);
  });

  it('finds nothing where nothing is amiss', async () => {
    const { items } = await findings();
    expect(items).to.deep.equal([]);
  });

  it('finds each thing that was planted, and exactly those; its commands end all of them', async () => {
    await net.operator.end('SIGTERM');
    const expected = await plant();
    const { code, items } = await eventually(
      async () => {
        const found = await findings();
        // Consul takes a moment to find that a container has stopped.
        expect(found.items.some(({ why }) => why.startsWith('Consul finds it critical'))).to.equal(true);
        return found;
      },
      { timeoutMs: 30_000 },
    );
    expect(code).to.equal(1);
    expect(items.map(({ kind, what }) => `${kind}: ${what}`).sort()).to.deep.equal(expected.sort());
    for (const { command } of items) await run('sh', ['-c', command], { timeout: 30_000 });
    const restarted = items.find(({ why }) => why.startsWith('Consul finds it critical'))?.what;
    const left = (await findings()).items.filter(({ what }) => what !== restarted);
    expect(left).to.deep.equal([]);
    // A container that was started again may have another address, which only an operator makes known.
    await net.start();
    await net.ready('kept', 'sick');
    await eventually(async () => expect((await findings()).items).to.deep.equal([]), { timeoutMs: 30_000 });
    expect((await net.container('kept')).id, 'what was in order').to.be.a('string');
  });

  it('says nothing about what no manifest declares while one is invalid', async () => {
    await net.write('kept.yaml', tiny('kept', { port: 'many' }), tiny('sick', { port: net.port(1) }));
    const { stderr } = await net.cli('audit');
    expect(stderr).to.include('nothing is told of what no manifest declares: 1 manifests are invalid');
    expect((await findings()).items).to.deep.equal([]);
  });

  async function plant(): Promise<string[]> {
    const [kept, sick, gone] = await Promise.all([idOf('kept'), idOf('sick'), idOf('gone')]);
    await net.remove('gone.yaml');
    await stray('copy', { labels: { [ownerLabel]: net.scope } });
    await stray('probe', { labels: { 'io.mcpnet.probe': net.scope } });
    await stray('intruder', { network: net.internal });
    await stray('publisher', { network: net.frontend, publish: { hostPort: net.port(18), containerPort: 3000 } });
    await stray('squatter', { publish: { hostPort: net.port(19), containerPort: 3000 } });
    // After the others: they would be given its address, and answer in its place.
    await docker.getContainer(sick).stop({ t: 1 });
    await docker.createNetwork({ Name: own('side'), Labels: { [testLabel]: net.scope } });
    await docker.getNetwork(own('side')).connect({ Container: kept });
    await docker.createNetwork({ Name: own('unused'), Labels: { [ownerLabel]: net.scope } });
    await docker.createVolume({
      Name: own('data'),
      Labels: { [ownerLabel]: net.scope, 'io.mcpnet.key': 'MCPService/default/no' },
    });
    await mkdir(join(net.state, 'haproxy', 'team.old'), { recursive: true });
    await writeFile(join(net.state, 'haproxy', 'team.old', 'haproxy.cfg'), '');
    await net.consul.put('/v1/agent/service/register', {
      id: `${net.scope}-ghost`,
      name: 'ghost',
      address: '127.0.0.1',
      port: 9,
      meta: { 'mcpnet-owner': net.scope, 'mcpnet-key': 'MCPService/default/kept', 'mcpnet-id': 'ghost' },
    });
    const changes = 'LABEL io.mcpnet.recipe=planted';
    await (await net.container('kept')).commit({ repo: 'mcpnet-test/planted', tag: net.scope, changes });
    return [
      `orphaned container: ${gone}`,
      `orphaned container: ${own('copy')}`,
      `orphaned container: ${own('probe')}`,
      `foreign container: ${own('intruder')}`,
      `wrong network: ${kept}`,
      `published port: ${own('publisher')}`,
      `published port: ${own('squatter')}`,
      `stale registration: ${gone}`,
      `stale registration: ${sick}`,
      'stale registration: ghost',
      `unused network: ${own('unused')}`,
      `unused volume: ${own('data')}`,
      `unused image: ${image()}`,
      `leftover state: ${join(net.state, 'haproxy', 'team.old')}`,
    ];
  }
});
