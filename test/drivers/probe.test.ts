import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { probe } from '../../operator/probe/probe.ts';

const escape = '\u001b]0;owned\u0007\u001b[2J';

describe('a probe of a server that means ill', () => {
  let server: Server;
  let result: unknown;

  const ask = async (): Promise<unknown> => {
    const { port } = server.address() as AddressInfo;
    const spec = { kind: 'mcp', port, path: '/mcp', bridged: true, startupTimeoutMs: 1_000 } as const;
    return probe(spec, '127.0.0.1', AbortSignal.timeout(2_000));
  };

  before(async () => {
    server = createServer((_request, response) => {
      const { status, ...body } = result as { status: number };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  after(() => server.close());

  it('tells what it says of itself without what would move a cursor, and not at any length', async () => {
    const name = `${escape}files${'x'.repeat(100_000)}`;
    result = {
      status: 200,
      protocolVersion: '2025-11-25',
      serverInfo: { name, version: 7 },
      capabilities: { [escape]: {} },
    };
    const { fields } = (await ask()) as { fields: Record<string, string> };
    expect(fields['serverName'])
      .to.match(/^\\u001b\]0;owned\\u0007\\u001b\[2Jfiles/)
      .and.have.length.below(1_000);
    expect(fields['serverVersion']).to.equal('unknown');
    expect(fields['capabilities']).to.not.include('\u001b');
  });

  it('tells so why it is not well', async () => {
    result = { status: 503, reason: `died\n${escape}` };
    expect(await ask()).to.deep.equal({ ok: false, message: 'died \\u001b]0;owned\\u0007\\u001b[2J' });
  });
});
