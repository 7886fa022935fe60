import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { always, eventually } from '../support/eventually.ts';
import { service, type Manifest } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

/** Servers that say the least that the protocol allows; `broken` turns into one that fails inwardly. */
const program = `
import { createServer } from 'node:http';
const kind = process.argv[2];
let answers = 0;
createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk)).on('end', () => {
    const send = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body && JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(text || '{}').id ?? null, ...body }));
    };
    const { method } = JSON.parse(text || '{}');
    const tools = { result: { tools: [] } };
    if (kind === 'guarded') return send(401, { error: { code: -32001, message: 'credentials, please' } });
    if (kind === 'modern') {
      if (request.headers['mcp-protocol-version'] !== '2026-07-28') return send(400, { error: { code: -32022, message: 'no' } });
      const serverInfo = { name: 'modern-only', version: '7' };
      return send(200, method === 'server/discover' ? { result: { capabilities: {}, _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo } } } : tools);
    }
    if (method === 'initialize') return send(200, { result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: kind, version: '1' } } });
    if (method === 'notifications/initialized') return send(202);
    if (kind === 'toolless') return send(200, { error: { code: -32601, message: 'Method not found' } });
    // The operator's own probe still sees it well.
    if (kind === 'broken' && method === 'tools/list' && answers++ > 1) return send(200, { error: { code: -32603, message: 'the database is gone' } });
    send(200, tools);
  });
}).listen(8080);
`;

describe("the balancer's own check", function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const kinds = ['guarded', 'modern', 'toolless', 'broken'] as const;
  const manifest = (kind: string, index: number): Manifest =>
    service(kind, {
      image: 'mcpnet/node:24',
      transport: 'streamable-http',
      command: ['node', '/fixture/server.mjs', kind],
      volumes: [{ hostPath: join(net.directory, 'fixture'), mountPath: '/fixture', readOnly: true }],
      healthCheck: { interval: '200ms' },
      port: net.port(index),
    });
  const statusOf = async (kind: string): Promise<string> => (await net.haproxy.servers(kind))[0]?.['status'] ?? '';

  before(async () => {
    await mkdir(join(net.directory, 'fixture'), { recursive: true });
    await writeFile(join(net.directory, 'fixture', 'server.mjs'), program);
    for (const [index, kind] of kinds.entries()) await net.write(`${kind}.yaml`, manifest(kind, index));
    await net.start();
    await net.networkReady();
  });

  for (const [kind, what] of [
    ['guarded', 'wants credentials'],
    ['modern', 'knows only revision 2026-07-28'],
    ['toolless', 'has no tools'],
  ] as const)
    it(`passes for a server that ${what}`, async () => {
      await net.ready(kind);
      await always(async () => expect(await statusOf(kind)).to.equal('UP'), 1_500);
    });

  it('names a server that only the later revision identifies', async () => {
    const status = await net.until('modern', ({ serverInfo }) => serverInfo !== undefined);
    expect(status.serverInfo).to.deep.include({ name: 'modern-only', version: '7', protocolVersion: '2026-07-28' });
  });

  it('fails for a server that answers and fails inwardly', async () => {
    await eventually(async () => expect(await statusOf('broken')).to.match(/^DOWN/), { timeoutMs: 20_000 });
  });
});
