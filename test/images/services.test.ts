import { expect } from 'chai';
import Docker from 'dockerode';
import { ensureImages } from '../../deploy/images/build.ts';
import { outputOf, withConfined, withVolume } from './confined.ts';
import { INITIALIZE, stdioClient } from './stdio-client.ts';

const SERVICES: readonly { image: string; tools: number; command?: readonly string[] }[] = [
  { image: 'mcpnet/mcp-postgres:0.6.2', tools: 1, command: ['postgresql://nobody@127.0.0.1/none'] },
  { image: 'mcpnet/mcp-filesystem:2026.8.31', tools: 14 },
  { image: 'mcpnet/mcp-fetch:1.1.2', tools: 6 },
  { image: 'mcpnet/mcp-duckduckgo:0.6.0', tools: 2 },
  { image: 'mcpnet/mcp-github:2025.4.8', tools: 26 },
  { image: 'mcpnet/mcp-memory:2026.8.31', tools: 9 },
  { image: 'mcpnet/everything:2026.8.31', tools: 13 },
];

describe('service images', function () {
  this.timeout(60_000);
  const docker = new Docker();

  before(async function () {
    this.timeout(300_000);
    await ensureImages(['mcpnet/node:24', ...SERVICES.map(({ image }) => image)], { docker });
  });

  for (const { image, tools, command } of SERVICES) {
    it(`${image} lists ${tools} tools over stdio, as non-root on a read-only root`, async () => {
      await withConfined(docker, { image, ...(command && { command }) }, async (container, stdio) => {
        const client = stdioClient(docker, stdio);
        const initialized = await client.request('initialize', INITIALIZE);
        expect(initialized.result).to.include.keys('protocolVersion', 'serverInfo');
        client.notify('notifications/initialized');
        const listed = await client.request('tools/list');
        expect(listed.result?.['tools']).to.have.length(tools);
        const { Config } = await container.inspect();
        expect(Config.User).to.equal('1000:1000');
      });
    });
  }

  it('mcp-memory writes to a fresh volume and finds it again', async () => {
    await withVolume(docker, async (volume) => {
      const options = { image: 'mcpnet/mcp-memory:2026.8.31', binds: [`${volume}:/data`] };
      const call = (name: string, args: object): Promise<string> =>
        withConfined(docker, options, async (_container, stdio) => {
          const client = stdioClient(docker, stdio);
          await client.request('initialize', INITIALIZE);
          client.notify('notifications/initialized');
          return JSON.stringify((await client.request('tools/call', { name, arguments: args })).result);
        });
      await call('create_entities', { entities: [{ name: 'Ada', entityType: 'person', observations: ['counts'] }] });
      expect(await call('read_graph', {})).to.include('Ada');
    });
  });

  it('are left as they are by a second build', async () => {
    const phases = new Set<string>();
    await ensureImages(['default'], { docker });
    await ensureImages(['default'], { docker, onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).to.deep.equal(['present']);
  });

  it('the node image knows its user, its certificates and its packages', async () => {
    const script =
      'id -un; echo $HOME; grep -c BEGIN /etc/ssl/certs/ca-certificates.crt; cut -d" " -f1 /usr/share/mcpnet/packages.txt';
    const lines = (await outputOf(docker, { image: 'mcpnet/node:24', command: ['sh', '-c', script] })).split('\n');
    expect(lines.slice(0, 2)).to.deep.equal(['node', '/home/node']);
    expect(Number(lines[2])).to.be.greaterThan(100);
    expect(lines.slice(3)).to.include.members(['libc6', 'libstdc++6', 'busybox']);
  });
});
