import { connect as openSocket, type Socket } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask, type Answer } from '../support/http.ts';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('limits of a service', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const ports = { connections: 0, rate: 1, busy: 2, patient: 3, free: 4 } as const;
  type Name = keyof typeof ports;
  const stateless = { env: [{ name: 'STATELESS', value: '1' }] };

  before(async () => {
    const limits: Readonly<Record<Name, object>> = {
      connections: { maxConnections: 3 },
      rate: { rateLimit: { requests: 5, period: '1m' } },
      busy: { maxRequests: 1, queueTimeout: '200ms' },
      patient: { maxRequests: 1, queueTimeout: '30s' },
      free: {},
    };
    for (const [name, index] of Object.entries(ports) as [Name, number][])
      await net.write(`${name}.yaml`, tiny(name, { ...stateless, port: net.port(index), limits: limits[name] }));
    await net.start();
    await net.ready(...Object.keys(ports));
  });

  function call(name: Name, tool = 'echo', ms = 0): Promise<Answer> {
    return ask(net.url(ports[name]).href, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': tool,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: tool, arguments: { text: 'well', ms } },
      }),
    });
  }

  function expectRefusal({ status, headers, body }: Answer, wanted: number): void {
    expect([status, Number(headers['retry-after']) > 0], body).to.deep.equal([wanted, true]);
    expect(JSON.parse(body)).to.have.nested.property('error.message');
  }

  async function expectService(name: Name): Promise<void> {
    const { status, body } = await call(name);
    expect(status, body).to.equal(200);
    expect(body).to.include('well');
  }

  it('answers 503 to connections over the number, until one of them goes', async () => {
    const { hostname, port } = net.url(ports.connections);
    const sockets = await Promise.all(
      Array.from(
        { length: 3 },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = openSocket(Number(port), hostname, () => {
              resolve(socket);
            });
          }),
      ),
    );
    await eventually(async () => {
      expectRefusal(await call('connections'), 503);
    });
    await expectService('free');
    sockets[0]?.destroy();
    await eventually(() => expectService('connections'));
    for (const socket of sockets) socket.destroy();
  });

  it('answers 429 to a client that asks too often, and only at that service', async () => {
    for (let request = 0; request < 5; request++) await expectService('rate');
    expectRefusal(await call('rate'), 429);
    await expectService('free');
  });

  it('answers 503 when no replica became free within the time-out of the queue', async () => {
    const long = call('busy', 'sleep', 2_000);
    await eventually(async () => {
      expectRefusal(await call('busy'), 503);
    });
    await expectService('free');
    expect((await long).status).to.equal(200);
    await expectService('busy');
  });

  it('lets requests wait in line for a replica', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('patient', 'sleep', 100)));
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 200));
    const rows = (await net.haproxy.rows()).filter(({ pxname }) => pxname === 'patient');
    const backend = rows.find(({ svname }) => svname === 'BACKEND');
    const [server] = await net.haproxy.servers('patient');
    expect([Number(server?.['smax']), Number(backend?.['qmax']) > 0]).to.deep.equal([1, true]);
  });

  it('is still answered as to its health when it is over its limit', async () => {
    const { status } = await ask(net.healthUrl(ports.rate));
    expect(status).to.equal(200);
  });
});
