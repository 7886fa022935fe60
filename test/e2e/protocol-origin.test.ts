import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { expect } from 'chai';
import { initialize } from '../bridge/wire.ts';
import { FixtureServer } from '../support/fixture-server.ts';
import { service } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

interface Verdict {
  readonly status: number;
  /** Of a refusal. */
  readonly error?: { readonly code: number; readonly message: string };
}

const here = [
  'http://localhost',
  'http://localhost:6274',
  'https://localhost:8443',
  'http://app.localhost:3000',
  'http://127.0.0.1:5173',
  'http://[::1]:8080',
];
const elsewhere = [
  'https://evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://evil.example/localhost',
  'http://localhost@evil.example',
  'http://evillocalhost',
  'file://localhost',
  'null',
  '',
];
const unboundNames = ['localhost', 'LOCALHOST', 'app.localhost', '127.0.0.1', '[::1]', '172.17.0.1', '10.1.2.3'];
const boundNames = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evillocalhost', 'app.example'];

describe('pages and names that may use a service', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const fixture = new FixtureServer(net);
  const ports = { http: 0, stdio: 1, sse: 2, listed: 3, all: 4, rewritten: 5 };

  before('serve every transport, and one service for each way to say what is allowed', async () => {
    await fixture.bundle();
    await net.write(
      'services.yaml',
      fixture.http('http', { port: net.port(ports.http) }),
      fixture.stdio('stdio', { port: net.port(ports.stdio), stdio: { isolation: 'shared' } }),
      service('sse', {
        image: 'mcpnet/everything:2026.8.31',
        transport: 'sse',
        mcpPort: 3001,
        args: ['sse'],
        env: [{ name: 'PORT', value: '3001' }],
        resources: { memory: '512Mi', pids: 128 },
        port: net.port(ports.sse),
      }),
      fixture.http('listed', {
        port: net.port(ports.listed),
        allowedOrigins: ['https://app.example'],
        allowedHosts: ['mcp.example'],
      }),
      fixture.http('all', { port: net.port(ports.all), allowedOrigins: ['*'], allowedHosts: ['*'] }),
      fixture.http('rewritten', {
        port: net.port(ports.rewritten),
        hostHeader: 'rewrite',
        allowedHosts: ['mcp.example'],
      }),
    );
    await net.start();
    await net.ready(...Object.keys(ports));
  });

  for (const name of ['http', 'stdio', 'sse'] as const) {
    describe(`over ${name}, with nothing said`, () => {
      it('serves programs, which send no Origin, and pages of this machine', async () => {
        expect((await begin(name)).status).to.equal(200);
        for (const origin of here) expect((await begin(name, { origin })).status, origin).to.equal(200);
      });

      it('refuses the pages of every other origin with 403 and a JSON-RPC error', async () => {
        for (const origin of elsewhere) {
          const { status, error } = await begin(name, { origin });
          expect(status, `origin "${origin}"`).to.equal(403);
          expect(error?.message).to.match(/Origin .*allowedOrigins/);
        }
      });

      it('may be called by address and by localhost', async () => {
        for (const host of unboundNames) {
          expect((await begin(name, { host })).status, host).to.equal(200);
          expect((await begin(name, { host: `${host}:${net.port(ports[name])}` })).status, host).to.equal(200);
        }
      });

      it('refuses a name that a page could have bound to this machine, with 403 and a JSON-RPC error', async () => {
        for (const host of boundNames) {
          const { status, error } = await begin(name, { host: `${host}:${net.port(ports[name])}` });
          expect(status, host).to.equal(403);
          expect(error?.message).to.match(/Host .*allowedHosts/);
        }
      });
    });
  }

  it('lets nothing that it refuses reach a server', async () => {
    const marker = randomUUID();
    for (const origin of elsewhere) await begin('http', { origin, 'x-marker': marker });
    for (const host of boundNames) await begin('http', { host, 'x-marker': marker });
    await begin('http', { 'x-marker': marker });
    expect(await fixture.marked('http', marker)).to.have.length(1);
  });

  it('serves the origins and hosts that are listed, as they are written and no others', async () => {
    for (const origin of ['https://app.example', 'HTTPS://APP.example', 'http://localhost:1234'])
      expect((await begin('listed', { origin })).status, origin).to.equal(200);
    for (const origin of [
      'http://app.example',
      'https://app.example:8443',
      'https://app.example.evil',
      'https://x.app.example',
    ])
      expect((await begin('listed', { origin })).status, origin).to.equal(403);
    for (const host of ['mcp.example', 'MCP.example:80', 'localhost'])
      expect((await begin('listed', { host })).status, host).to.equal(200);
    for (const host of ['app.example', 'mcp.example.evil', 'x.mcp.example'])
      expect((await begin('listed', { host })).status, host).to.equal(403);
    // A page of a listed origin still has to call the service by a name that it may have.
    expect((await begin('listed', { origin: 'https://app.example', host: 'evil.example' })).status).to.equal(403);
  });

  it('serves everybody under "*"', async () => {
    for (const origin of elsewhere) expect((await begin('all', { origin })).status, origin).to.equal(200);
    for (const host of boundNames) expect((await begin('all', { host })).status, host).to.equal(200);
  });

  it('hands the Host of the client on, unless told to rewrite it', async () => {
    const hostAt = async (name: 'listed' | 'rewritten'): Promise<string | undefined> => {
      const marker = randomUUID();
      await begin(name, { host: 'mcp.example:1234', 'x-marker': marker });
      return (await fixture.marked(name, marker))[0]?.headers['host'];
    };
    expect(await hostAt('listed')).to.equal('mcp.example:1234');
    expect(await hostAt('rewritten')).to.equal('localhost:3000');
  });

  it("answers HAProxy's statistics to addresses and names of this machine, of containers and of clusters alone", async () => {
    for (const host of [...unboundNames, 'host.docker.internal', 'haproxy', 'haproxy.team.svc.cluster.local'])
      for (const path of ['/stats', '/metrics']) expect(await statistics(path, host), `${host}${path}`).to.equal(200);
    for (const host of boundNames.filter((name) => name.includes('.')))
      for (const path of ['/stats', '/metrics', '/servers/http/x'])
        expect(await statistics(path, host), `${host}${path}`).to.equal(403);
    expect(await statistics('/health', 'evil.example')).to.equal(200);
  });

  function statistics(path: string, host: string): Promise<number> {
    const { statistics: port } = net.ports;
    return new Promise((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, path, headers: { host: `${host}:${port}` }, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      call.on('error', reject);
      call.end();
    });
  }

  /** The first request of a client: `initialize`, with HTTP+SSE the stream. The answer's body is read if it is a refusal. */
  function begin(name: keyof typeof ports, headers: Record<string, string> = {}): Promise<Verdict> {
    const isSse = name === 'sse';
    const accept = isSse ? 'text/event-stream' : 'application/json, text/event-stream';
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: net.port(ports[name]),
          path: isSse ? '/sse' : '/mcp',
          method: isSse ? 'GET' : 'POST',
          headers: { accept, 'content-type': 'application/json', ...headers },
          agent: false,
        },
        (response) => {
          const { statusCode: status = 0 } = response;
          if (status === 200) {
            response.destroy();
            return resolve({ status });
          }
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const body = Buffer.concat(chunks).toString('utf8');
            try {
              resolve({ status, ...(JSON.parse(body) as object) });
            } catch (cause) {
              reject(new Error(`answered ${status} with no JSON: ${body}`, { cause }));
            }
          });
        },
      );
      call.on('error', reject);
      call.end(isSse ? undefined : JSON.stringify(initialize()));
    });
  }
});
