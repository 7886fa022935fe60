import { expect } from 'chai';
import { request } from '../bridge/wire.ts';
import { ask } from '../support/http.ts';
import { service } from '../support/manifests.ts';
import { connectSse } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

const message = 'message?sessionId=1234';

describe('a message endpoint of HTTP+SSE that is not one of ours', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const sse = (name: string, index: number) =>
    service(name, {
      image: 'mcpnet/everything:2026.8.31',
      transport: 'sse',
      mcpPort: 3001,
      args: ['sse'],
      env: [{ name: 'PORT', value: '3001' }],
      resources: { memory: '512Mi', pids: 128 },
      port: net.port(index),
      replicas: 2,
    });
  const instanceOf = async (name: string): Promise<string> => (await net.haproxy.servers(name))[0]?.['svname'] ?? '';
  /** Requests that each replica has been handed, as HAProxy counts them. */
  const handedOn = async (): Promise<number[]> =>
    [...(await net.haproxy.servers('one')), ...(await net.haproxy.servers('other'))].map(({ stot }) => Number(stot));

  before('serve two services', async () => {
    await net.write('services.yaml', sse('one', 0), sse('other', 1));
    await net.start();
    await net.ready('one', 'other');
  });

  const forgeries: Readonly<Record<string, () => Promise<string> | string>> = {
    "another service's replica": async () => `/~${await instanceOf('other')}/${message}`,
    "another service's replica, named with it": async () => `/~other/${await instanceOf('other')}/${message}`,
    'a replica that never was': () => `/~00000000-000000/${message}`,
    'a wildcard': () => `/~*/${message}`,
    'percent signs': () => `/~%00%2e%2e/${message}`,
    'format of HAProxy': () => `/~%25[srv_name]/${message}`,
    'a thousand characters': () => `/~${'a'.repeat(1_000)}/${message}`,
  };
  for (const [title, forge] of Object.entries(forgeries)) {
    it(`is answered 404 in JSON-RPC and reaches no server: ${title}`, async () => {
      const path = await forge();
      const before = await handedOn();
      const { status, body } = await ask(`http://${net.host}:${net.port(0)}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request(1, 'tools/list')),
      });
      expect(status, body).to.equal(404);
      expect(JSON.parse(body)).to.have.nested.property('error.code', -32001);
      expect(await handedOn()).to.deep.equal(before);
    });
  }

  it('ends nothing: a session goes on', async () => {
    const session = await connectSse(new URL(`http://${net.host}:${net.port(0)}/sse`));
    expect(await session.call('echo', { message: 'still here' })).to.equal('Echo: still here');
  });
});
