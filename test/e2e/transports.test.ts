import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { askJson } from '../support/http.ts';
import { service, tiny, type Manifest } from '../support/manifests.ts';
import { connect, connectModern, connectSse } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const image = 'mcpnet/everything:2026.8.31';
const common = { image, resources: { memory: '512Mi', pids: 128 }, healthCheck: { interval: '500ms' } };

describe('every transport through the balancer', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const ports = {
    http: 0,
    sse: 1,
    perSession: 2,
    shared: 3,
    byAddress: 4,
    spread: 5,
    weighted: 6,
    random: 7,
    roundrobin: 8,
  };
  const overHttp = (name: string, index: number, spec: Manifest['spec'] = {}): Manifest =>
    service(name, {
      ...common,
      transport: 'streamable-http',
      mcpPort: 3001,
      args: ['streamableHttp'],
      env: [{ name: 'PORT', value: '3001' }],
      port: net.port(index),
      ...spec,
    });
  /** Requests that each replica has answered, as HAProxy counts them. */
  const shares = async (name: string): Promise<number[]> =>
    (await net.haproxy.servers(name)).map(({ stot }) => Number(stot));

  before('serve one of each', async function () {
    this.timeout(120_000);
    await net.write('http.yaml', overHttp('http', ports.http, { replicas: 2 }));
    await net.write(
      'sse.yaml',
      service('sse', {
        ...common,
        transport: 'sse',
        mcpPort: 3001,
        args: ['sse'],
        env: [{ name: 'PORT', value: '3001' }],
        port: net.port(ports.sse),
        replicas: 2,
      }),
    );
    await net.write(
      'stdio.yaml',
      service('per-session', { ...common, transport: 'stdio', port: net.port(ports.perSession), replicas: 2 }),
      service('shared', {
        ...common,
        transport: 'stdio',
        port: net.port(ports.shared),
        replicas: 2,
        stdio: { isolation: 'shared' },
      }),
    );
    await net.write(
      'balance.yaml',
      tiny('by-address', { port: net.port(ports.byAddress), replicas: 2, sessionAffinity: 'ClientIP' }),
      tiny('spread', {
        port: net.port(ports.spread),
        replicas: 2,
        sessionAffinity: 'None',
        loadBalancing: { algorithm: 'roundrobin' },
      }),
      tiny('weighted', {
        port: net.port(ports.weighted),
        replicas: 2,
        loadBalancing: { algorithm: 'weighted', weights: [200, 50] },
      }),
      tiny('random', { port: net.port(ports.random), replicas: 2, loadBalancing: { algorithm: 'random' } }),
      tiny('roundrobin', { port: net.port(ports.roundrobin), replicas: 2, loadBalancing: { algorithm: 'roundrobin' } }),
    );
    await net.start();
    await net.ready('http', 'sse', 'per-session', 'shared', 'by-address', 'spread', 'weighted', 'random', 'roundrobin');
  });

  it('keeps each Streamable HTTP session with its replica, and gives both replicas sessions', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => connect(net.url(ports.http))));
    const replicas = new Set(sessions.map(({ sessionId }) => sessionId.split('.')[0]));
    expect(replicas.size, 'replicas that sessions landed on').to.equal(2);
    // The server keeps its sessions in memory and answers 400 to one that is another replica's.
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        sessions.map((session, index) => session.call('echo', { message: `${index}/${round}` })),
      );
      expect(answers).to.deep.equal(sessions.map((_, index) => `Echo: ${index}/${round}`));
    }
    await Promise.all(sessions.map((session) => session.end()));
  });

  it('serves HTTP+SSE with its two endpoints on one replica', async () => {
    const sessions = await Promise.all(
      Array.from({ length: 4 }, () => connectSse(new URL(`http://${net.host}:${net.port(ports.sse)}/sse`))),
    );
    const answers = await Promise.all(
      sessions.map((session, index) => session.call('echo', { message: `sse ${index}` })),
    );
    expect(answers).to.deep.equal(sessions.map((_, index) => `Echo: sse ${index}`));
  });

  for (const [name, isolation] of [
    ['per-session', 'session'],
    ['shared', 'shared'],
  ] as const) {
    it(`serves a stdio server with isolation ${isolation} to many clients on both replicas`, async () => {
      const index = isolation === 'session' ? ports.perSession : ports.shared;
      const sessions = await Promise.all(Array.from({ length: 6 }, () => connect(net.url(index))));
      expect(new Set(sessions.map(({ sessionId }) => sessionId.split('.')[0])).size).to.equal(2);
      const answers = await Promise.all(sessions.map((session, each) => session.call('echo', { message: `${each}` })));
      expect(answers).to.deep.equal(sessions.map((_, each) => `Echo: ${each}`));
      const addresses = (await net.containers(name)).map(
        ({ NetworkSettings }) => NetworkSettings.Networks[net.internal]?.IPAddress,
      );
      const bridges = await Promise.all(
        addresses.map((address) => askJson<{ isolation: string; sessions: number }>(`http://${address}:8080/health`)),
      );
      expect(bridges.map((each) => each.isolation)).to.deep.equal([isolation, isolation]);
      expect(bridges.reduce((sum, each) => sum + each.sessions, 0)).to.be.at.least(6);
      await Promise.all(sessions.map((session) => session.end()));
    });
  }

  it('serves clients of revision 2026-07-28, whose requests have no session, from both replicas', async () => {
    const before = await shares('shared');
    const client = await connectModern(net.url(ports.shared));
    expect(await client.tools()).to.include('echo');
    for (let round = 0; round < 10; round++)
      expect(await client.call('echo', { message: `modern ${round}` })).to.equal(`Echo: modern ${round}`);
    const after = await shares('shared');
    expect(after.map((count, index) => count - (before[index] ?? 0) > 0)).to.deep.equal([true, true]);
  });

  it('answers 404 for a session of a replica that is gone, so that the client begins anew', async () => {
    const response = await fetch(net.url(ports.http), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': '0badcafe-000000.1234',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(response.status).to.equal(404);
    expect(await response.json()).to.have.nested.property('error.code', -32001);
  });

  it('keeps a client address with one replica under ClientIP', async () => {
    const hosts = new Set<string>();
    for (let round = 0; round < 6; round++) {
      const session = await connect(net.url(ports.byAddress));
      hosts.add(await session.call('whoami'));
      await session.end();
    }
    expect(hosts.size).to.equal(1);
  });

  it('spreads every request under None, and leaves session ids as the server made them', async () => {
    const ask = (): Promise<Response> =>
      fetch(net.url(ports.spread), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } },
        }),
      });
    const before = await shares('spread');
    for (let round = 0; round < 4; round++)
      expect((await ask()).headers.get('mcp-session-id')).to.match(/^[0-9a-f-]{36}$/);
    const after = await shares('spread');
    expect(after.map((count, index) => count - (before[index] ?? 0))).to.deep.equal([2, 2]);
  });

  it('writes each algorithm as HAProxy knows it, and weights as declared', async () => {
    const config = await readFile(net.haproxy.configPath, 'utf8');
    const balanceOf = (name: string): string | undefined =>
      new RegExp(`^backend ${name}(?: from .*)?\\n(?:  .*\\n)*?  balance (.*)$`, 'm').exec(config)?.[1];
    expect(['http', 'weighted', 'random', 'roundrobin', 'by-address'].map(balanceOf)).to.deep.equal([
      'leastconn',
      'roundrobin',
      'random(2)',
      'roundrobin',
      'source',
    ]);
    const weights = (await net.haproxy.servers('weighted')).map(({ weight }) => Number(weight));
    expect(weights).to.have.members([200, 50]);
    const session = await connect(net.url(ports.weighted));
    expect(await session.call('echo', { text: 'x' })).to.equal('x');
  });
});
