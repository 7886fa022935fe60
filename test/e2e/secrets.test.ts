import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { InstanceView, ListView } from '../../operator/api/shapes.ts';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { ask, askJson } from '../support/http.ts';
import { service } from '../support/manifests.ts';
import type { OpenApi } from '../support/open-api.ts';
import { conditionOf } from '../support/test-network.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const random = (): string => randomBytes(12).toString('hex');
const planted = {
  env: `env-"${random()}"`,
  file: `-----BEGIN KEY-----\nfile-${random()}\nline-${random()}\n-----END KEY-----`,
  consul: `consul-${random()}`,
  image: `image-${random()}`,
};
/** What would tell of each: a part that is in all of its forms but one, and that one. */
const traces = Object.values(planted).flatMap((value) => [
  ...value.split('\n').flatMap((line) => /[0-9a-f]{24}/.exec(line)?.[0] ?? []),
  Buffer.from(value).toString('base64').slice(0, -4),
]);

/** Speaks MCP, calls itself by its secret, and prints all that it knows to both streams. */
const gossip = `
  const all = [process.env.TOKEN, require('node:fs').readFileSync('/run/secrets/key', 'utf8')].join('\\n');
  console.log(all); console.error('a fault of ' + all); console.log(JSON.stringify({ all }));
  console.log(Buffer.from(process.env.TOKEN).toString('base64'));
  require('node:http').createServer(async (request, response) => {
    let body = ''; for await (const chunk of request) body += chunk;
    const { id, method } = body ? JSON.parse(body) : {};
    const serverInfo = { name: process.env.TOKEN, version: '1' };
    const result = method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } : { tools: [] };
    response.writeHead(id === undefined ? 202 : 200, { 'content-type': 'application/json' });
    response.end(id === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id, result }));
  }).listen(3000);
  process.on('SIGTERM', () => process.exit(0));`;

function expectNoTrace(text: string, where: string): void {
  for (const trace of traces) {
    const at = text.indexOf(trace);
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 50), where).to.equal('');
  }
}

describe('secrets', function () {
  this.timeout(60_000);
  const net = useTestNetwork({ spec: { discovery: { consul: { tokenFrom: { secret: 'consul', key: 'token' } } } } });
  const url = (path: string): string => `http://127.0.0.1:${net.ports.dashboard}${path}`;

  before('plant them', async () => {
    const files = {
      'api/token': planted.env,
      'tls/key': planted.file,
      'consul/token': planted.consul,
      'other/image': planted.image,
    };
    for (const [path, value] of Object.entries(files)) {
      const file = join(net.state, 'secrets', path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${value}\n`);
    }
    const common = { image: 'mcpnet/node:24', transport: 'streamable-http', mcpPort: 3000 };
    const gossiping = service('gossip', {
      ...common,
      command: ['node', '-e', gossip],
      secrets: [{ name: 'api', key: 'token', targetEnvName: 'TOKEN' }],
      volumes: [{ hostPath: join(net.state, 'secrets', 'tls'), mountPath: '/run/secrets', readOnly: true }],
    });
    await net.write('gossip.yaml', gossiping);
    // The engine repeats in its refusal what it does not have.
    await net.write('broken.yaml', service('broken', { ...common, image: `mcpnet-test/${planted.image}:1` }));
    await net.start();
    await net.ready('gossip');
    await net.until('broken', (status) => conditionOf(status, 'Ready')?.message.includes('[redacted]') === true);
  });

  it('are in the output of a container, and not in what is shown of it', async () => {
    const { items } = await askJson<ListView<InstanceView>>(url('/api/v1/instances?owner=MCPService/default/gossip'));
    const container = await net.container('gossip');
    const raw = (await container.logs({ stdout: true, stderr: true, follow: false })).toString('utf8');
    for (const value of [planted.env, ...planted.file.split('\n')]) expect(raw).to.include(value);
    for (const accept of ['text/plain', 'text/event-stream']) {
      const shown = (await ask(url(`/api/v1/instances/${items[0]?.id}/logs`), { headers: { accept } })).body;
      expectNoTrace(shown, `logs as ${accept}`);
      expect(shown).to.include('[redacted]');
      expect(shown).to.include('a fault of [redacted]');
    }
  });

  it('are in no answer of the API, at the port or at the socket', async () => {
    const api = await askJson<OpenApi>(url('/openapi.json'));
    const names: Record<string, string> = { kind: 'MCPService', namespace: 'default', name: 'gossip' };
    names['id'] = (await askJson<ListView<InstanceView>>(url('/api/v1/instances'))).items[0]?.id ?? '';
    const paths = Object.entries(api.paths).flatMap(([path, { get }]) =>
      get && !path.endsWith('/stream') ? [path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '')] : [],
    );
    expect(paths).to.include.members([
      '/health',
      '/api/v1/services',
      '/api/v1/events',
      '/api/v1/plan',
      '/api/v1/resources',
    ]);
    for (const path of paths) {
      expectNoTrace((await ask(url(path))).body, path);
      const socketPath = join(net.state, 'operator.sock');
      // Histories are told there with what was declared, to those who may read the manifests.
      const answer = await ask(`http://operator${path}`, { socketPath });
      if (!path.endsWith('/history')) expectNoTrace(answer.body, `socket ${path}`);
    }
    expectNoTrace((await ask(url('/api/v1/resources/MCPService/default/broken/history'))).body, 'history');
  });

  it('are in nothing that the operator or a command prints', async () => {
    expect(net.operator.output).to.include('[redacted]');
    expectNoTrace(net.operator.output, "the operator's log");
    for (const args of [
      ['get', 'all', '-o', 'json'],
      ['describe', 'gossip'],
      ['describe', 'broken'],
      ['history', 'broken'],
      ['plan'],
    ])
      expectNoTrace(Object.values(await net.cli(...args)).join('\n'), args.join(' '));
  });

  it('are in no label, and nothing that Consul knows', async () => {
    const label = [`io.mcpnet.owner=${net.scope}`];
    const containers = await docker.listContainers({ all: true, filters: { label } });
    const networks = await docker.listNetworks({ filters: { label } });
    const { Volumes } = await docker.listVolumes({ filters: { label } });
    expectNoTrace(
      JSON.stringify([containers, networks, Volumes].map((each) => each.map(({ Labels }) => Labels))),
      'labels',
    );
    const entries = await eventually(async () => {
      const found = await net.consul.health('gossip');
      return found.length === 1 && found;
    });
    expectNoTrace(JSON.stringify(entries), 'Consul');
  });

  it('are in the state directory where they were put, and nowhere else', async () => {
    await net.operator.end('SIGTERM');
    const all = await readdir(net.state, { recursive: true });
    const files = all.filter((path) => !path.startsWith('secrets/'));
    expect(files).to.include.members(['revisions/MCPService.default.gossip.json', 'dashboard-token']);
    for (const path of files) {
      const info = await stat(join(net.state, path));
      if (!info.isFile()) continue;
      const text = await readFile(join(net.state, path), 'latin1');
      // What a manifest says is kept as it says it.
      expectNoTrace(path.startsWith('revisions/') ? withoutContents(text) : text, path);
    }
  });
});

function withoutContents(document: string): string {
  return JSON.stringify(JSON.parse(document), (name, value: unknown) => (name === 'content' ? undefined : value));
}
