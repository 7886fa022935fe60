import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { tiny } from '../support/manifests.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** OTLP over HTTP, JSON encoding (OpenTelemetry protocol, "OTLP/HTTP"). */
interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

describe('traces', function () {
  this.timeout(60_000);
  const net = useTestNetwork();
  const spans: Span[] = [];
  const collector = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.url === '/v1/traces')
        for (const { scopeSpans } of (JSON.parse(body) as Export).resourceSpans)
          spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  before(() => new Promise<void>((resolve) => void collector.listen(0, '127.0.0.1', resolve)));
  after(() => collector.close());

  const valueOf = (span: Span, key: string): string | undefined =>
    span.attributes.find((attribute) => attribute.key === key)?.value.stringValue;

  it('tell of each pass that does something, and of the calls that it began', async () => {
    await net.write('files.yaml', tiny('files', { port: net.port(0) }));
    const { port } = collector.address() as AddressInfo;
    net.spawn([], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    await net.ready('files');
    await eventually(
      async () => {
        const create = spans.find(
          (span) => span.name === 'docker create' && valueOf(span, 'mcpnet.item')?.startsWith('workload/files-'),
        );
        expect(create && valueOf(create, 'mcpnet.cause')).to.equal('replica 1 of 1 is missing');
        const pass = spans.find(({ spanId }) => spanId === create?.parentSpanId);
        expect(pass?.name).to.equal('pass');
        expect(pass && valueOf(pass, 'mcpnet.name')).to.equal('files');
        expect(spans.map(({ name }) => name)).to.include.members(['docker list', 'haproxy create', 'consul create']);
      },
      { timeoutMs: 30_000 },
    );
  });

  it('send what is left when the operator ends, and hold up nobody if there is no collector', async () => {
    await net.operator.end('SIGTERM');
    const before = spans.length;
    net.spawn([], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    await net.ready('files');
    await net.operator.end('SIGTERM');
    expect(spans.length).to.equal(before);
    expect(net.operator.output).to.not.include('ECONNREFUSED');
  });
});
