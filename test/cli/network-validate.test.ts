import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { percentile, tryClients } from '../../operator/cli/network/clients.ts';
import { judgeBackends, judgeDiscovery } from '../../operator/cli/network/discovery.ts';
import { readAttempts } from '../../operator/cli/network/probe-scripts.ts';
import { judgeEgress } from '../../operator/cli/network/reach.ts';
import { formatJunit, formatReport, hasFailed, type Report } from '../../operator/cli/network/report.ts';
import { plain } from '../../operator/cli/paint.ts';
import { keyOf } from '../../operator/core/resource.ts';
import type { Observed, Phase } from '../../operator/core/item.ts';

const key = keyOf('MCPService', 'default', 'files');

function item(
  type: Observed['type'],
  id: string,
  fields: Record<string, string> = {},
  phase: Phase = 'ready',
): Observed {
  return { type, id, owner: key, hash: 'h', phase, fields, ...(type !== 'workload' && { workload: id }) };
}

describe('the report on a network', () => {
  const report: Report = {
    network: 'default',
    at: '2026-11-23T13:00:00.000Z',
    sections: [
      {
        name: 'parts',
        durationMs: 1_250,
        findings: [
          { name: 'a', verdict: 'ok', message: 'fine' },
          { name: 'b', verdict: 'warn', message: 'hm', remedy: 'look' },
          { name: 'c', verdict: 'fail', message: 'says "no" & <stops>\u0007', remedy: 'mend it' },
          { name: 'd', verdict: 'unknown', message: 'dark' },
        ],
      },
    ],
  };

  it('tells people what is healthy, what is not, and what to do', () => {
    expect(formatReport(report, plain).split('\n')).to.deep.equal([
      'parts: 2/4 healthy',
      '  ok        a   fine',
      '  warn      b   hm',
      '            -> look',
      '  fail      c   says "no" & <stops>\\u0007',
      '            -> mend it',
      '  unknown   d   dark',
      '',
      'network default: 1 ok, 1 to look at, 1 failed, 1 not known',
    ]);
    expect(hasFailed(report)).to.equal(true);
  });

  it('is JUnit for CI, with what XML does not allow taken out', () => {
    expect(formatJunit([report])).to.equal(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="mcpnet">',
        '  <testsuite name="default: parts" tests="4" failures="1" skipped="1" time="1.250" timestamp="2026-11-23T13:00:00.000Z">',
        '    <testcase classname="default: parts" name="a"><system-out>fine</system-out></testcase>',
        '    <testcase classname="default: parts" name="b"><system-out>hm; look</system-out></testcase>',
        '    <testcase classname="default: parts" name="c"><failure message="says &quot;no&quot; &amp; &lt;stops&gt; ; mend it"/></testcase>',
        '    <testcase classname="default: parts" name="d"><skipped message="dark"/></testcase>',
        '  </testsuite>',
        '</testsuites>',
      ].join('\n'),
    );
  });
});

describe('discovery and backends', () => {
  const ready = item('workload', 'files-1');
  const cases: readonly (readonly [string, Observed[], RegExp | undefined])[] = [
    ['exactly what is ready', [ready, item('registration', 'files-1', { health: 'passing' })], undefined],
    ['nothing for what starts', [item('workload', 'files-2', {}, 'starting')], undefined],
    ['nothing, though one is ready', [ready], /files-1 is ready and not there/],
    ['what is not ready', [item('registration', 'files-9', { health: 'passing' })], /files-9 is there and not ready/],
    ['what is critical', [ready, item('registration', 'files-1', { health: 'critical' })], /files-1 is critical/],
    [
      'what somebody changed',
      [ready, item('registration', 'files-1', { health: 'passing', drift: 'address' })],
      /files-1 was changed: address/,
    ],
  ];
  for (const [what, owned, complaint] of cases)
    it(`judges Consul that has ${what}`, () => {
      const { verdict, message } = judgeDiscovery(key, owned);
      expect(verdict).to.equal(complaint ? 'fail' : 'ok');
      if (complaint) expect(message).to.match(complaint);
    });

  it('does not miss in HAProxy what is being drained', () => {
    const owned = [ready, item('server', 'files-1', { health: 'UP' }), item('server', 'files-0', {}, 'draining')];
    expect(judgeBackends(key, owned).verdict).to.equal('ok');
    expect(judgeBackends(key, [ready, item('server', 'files-1', { health: 'DOWN' })]).message).to.include('is DOWN');
  });
});

describe('egress', () => {
  for (const [mayReachOut, attempt, verdict] of [
    [false, 'timeout', 'ok'],
    [false, 'open', 'fail'],
    [true, 'open', 'ok'],
    [true, 'ECONNREFUSED', 'fail'],
  ] as const)
    it(`is ${verdict} for one that may${mayReachOut ? '' : ' not'} reach out and finds ${attempt}`, () => {
      expect(judgeEgress(mayReachOut, attempt).verdict).to.equal(verdict);
    });

  it('is not judged by a probe that broke', () => {
    expect(readAttempts('a warning\nattempts: ["open"]')).to.deep.equal(['open']);
    expect(() => readAttempts('Error: no such module')).to.throw(/a probe failed: Error: no such module/);
  });
});

describe('clients at the same time', () => {
  let server: Server;
  let url: string;
  let sessionOf: (count: number) => string;
  let answerId: (id: unknown) => unknown;

  before('a server whose faults can be chosen', async () => {
    let count = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'DELETE') return void response.writeHead(200).end();
        const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: unknown; method: string };
        if (id === undefined) return void response.writeHead(202).end();
        if (method === 'initialize') response.setHeader('mcp-session-id', sessionOf(++count));
        response.setHeader('content-type', 'application/json');
        const result = method === 'initialize' ? { protocolVersion: '2025-11-25' } : { tools: [] };
        response.end(JSON.stringify({ jsonrpc: '2.0', id: method === 'initialize' ? id : answerId(id), result }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  });
  beforeEach(() => {
    sessionOf = (count) => `s${count}`;
    answerId = (id) => id;
  });
  after(() => server.close());

  const attempt = (room?: number): ReturnType<typeof tryClients> =>
    tryClients({ url, transport: 'http', ...(room !== undefined && { room }) }, 4);

  it('hold their sessions and do not mix', async () => {
    expect(await attempt()).to.include({
      verdict: 'ok',
      message: '4 clients at once, 5 calls each; every session held, none mixed',
    });
  });

  it('are found out where two share a session', async () => {
    sessionOf = () => 'same';
    expect((await attempt()).message).to.include('some share a session');
  });

  it("are found out where one gets another's answer", async () => {
    answerId = (id) => (id === 'client-2-1' ? 'client-0-1' : id);
    expect((await attempt()).message).to.equal('client 3 got the answer to client-0-1 for client-2-1');
  });

  it('are no more than the service takes, which is said', async () => {
    expect(await attempt(2)).to.include({ verdict: 'warn' });
    expect((await attempt(2)).message).to.include('no more than 2 were tried');
  });

  it('have times of which the p50 and p99 are told by nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)]).to.deep.equal([
      '10.0',
      '20.0',
      '0.0',
    ]);
  });
});
