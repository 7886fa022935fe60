import { expect } from 'chai';
import type { HistoryView, ListView, ServiceView, TrafficView } from '../../operator/api/shapes.ts';
import { eventually } from '../support/eventually.ts';
import { ask, askJson } from '../support/http.ts';
import { service, tiny } from '../support/manifests.ts';
import { connect } from '../support/mcp-clients.ts';
import { useTestNetwork } from '../support/use-test-network.ts';

describe('traffic, as the balancer counts it', function () {
  this.timeout(90_000);
  const net = useTestNetwork();
  /** Held, since a body that nobody can read any more is closed. */
  let watched: ReadableStream | null = null;
  const image = 'mcpnet/everything:2026.8.31';

  before('serve', async () => {
    await net.write('pair.yaml', tiny('pair', { port: net.port(0), replicas: 2 }));
    await net.write('bridged.yaml', service('bridged', { image, transport: 'stdio', port: net.port(1) }));
    await net.start();
    await net.ready('pair', 'bridged');
    // Somebody who watches is what makes traffic be looked at every two seconds.
    const stream = `http://127.0.0.1:${net.ports.dashboard}/api/v1/events/stream`;
    watched = (await fetch(stream)).body;
  });

  after(async () => {
    // The operator may be gone by now.
    await watched?.cancel().catch(() => undefined);
  });

  async function view(name: string): Promise<ServiceView> {
    const url = `http://127.0.0.1:${net.ports.dashboard}/api/v1/services`;
    const { items } = await askJson<ListView<ServiceView>>(url);
    const found = items.find((each) => each.name === name);
    if (!found) throw new Error(`there is no service ${name}`);
    return found;
  }

  function until(name: string, wanted: (traffic: TrafficView) => boolean): Promise<ServiceView> {
    return eventually(
      async () => {
        const found = await view(name);
        if (!found.traffic || !wanted(found.traffic)) throw new Error(`still ${JSON.stringify(found.traffic)}`);
        return found;
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  }

  it('tells requests, rates and times of a service and of each replica', async () => {
    const session = await connect(net.url(0));
    const before = (await until('pair', ({ requests }) => requests > 0)).traffic?.requests ?? 0;
    for (let call = 0; call < 100; call++) await session.call('echo', { text: 'x' });
    const { traffic, instances } = await until('pair', ({ requests }) => requests >= before + 100);
    expect(traffic?.requestsPerSecond).to.be.greaterThan(1);
    expect(traffic?.p50Ms).to.be.within(0, 250);
    expect(traffic?.p99Ms).to.be.at.least(traffic?.p50Ms ?? 0);
    expect(traffic).to.include({ errors: 0, errorsPerSecond: 0 });
    const parts = instances.map((instance) => instance.traffic?.requests ?? 0);
    expect(parts.reduce((sum, part) => sum + part, 0)).to.equal(traffic?.requests);
  });

  it('tells the sessions that a bridge holds, and forgets those that ended', async () => {
    const [first, second] = await Promise.all([connect(net.url(1)), connect(net.url(1))]);
    await until('bridged', ({ sessions }) => sessions === 2);
    await first.end();
    const { instances } = await until('bridged', ({ sessions }) => sessions === 1);
    expect(instances.map(({ traffic }) => traffic?.sessions)).to.deep.equal([1]);
    await second.end();
    await until('bridged', ({ sessions }) => sessions === 0);
  });

  it('goes on counting when HAProxy is reloaded and begins at nothing', async () => {
    const before = (await view('pair')).traffic?.requests ?? 0;
    await net.haproxy.reload();
    const session = await connect(net.url(0));
    for (let call = 0; call < 10; call++) await session.call('echo', { text: 'x' });
    const { traffic } = await until('pair', ({ requests }) => requests >= before + 10);
    expect(traffic?.requests).to.be.lessThan(before + 50);
  });

  it('counts what no replica answered as errors', async () => {
    const { errors = 0 } = (await view('pair')).traffic ?? {};
    await net.write('pair.yaml', tiny('pair', { port: net.port(0), replicas: 0 }));
    await eventually(async () => (await ask(net.url(0).href, { method: 'POST' })).status === 503, {
      timeoutMs: 30_000,
    });
    await until('pair', (traffic) => traffic.errors > errors);
  });

  it('is in the metrics, with the sum of all in a summary', async () => {
    const base = `http://127.0.0.1:${net.ports.dashboard}/metrics`;
    const { body } = await ask(base);
    expect(body).to.match(/^mcpnet_service_requests_total\{service="pair",namespace="default"\} [1-9]/m);
    expect(body).to.match(
      /^mcpnet_service_request_duration_seconds_count\{service="pair",namespace="default"\} [1-9]/m,
    );
    expect(body).to.match(/^mcpnet_driver_call_duration_seconds_count\{driver="docker",verb="create"\} [1-9]/m);
    expect(body).to.match(/^mcpnet_probe_total\{result="success"\} [1-9]/m);
    const told = await askJson<{ summary: object }>(base, { headers: { accept: 'application/json' } });
    expect(told.summary).to.deep.include({ services: { total: 2, ready: 2 } });
  });

  it('is remembered with its marks, also by the next operator', async () => {
    const url = `http://127.0.0.1:${net.ports.dashboard}/api/v1/history?range=1h&key=MCPService/default/pair`;
    const told = (): Promise<HistoryView> => askJson<HistoryView>(url);
    const requests = ({ series }: HistoryView): number => Math.max(...(series[0]?.requestsPerSecond ?? []).map(Number));
    await eventually(async () => requests(await told()) > 0, { timeoutMs: 30_000, intervalMs: 500 });
    const before = await told();
    expect(before.marks.map(({ kind, reason }) => `${kind} ${reason}`)).to.include('operator Started');
    await net.operator.end('SIGTERM');
    await net.start();
    await net.write('late.yaml', tiny('late', { port: net.port(2) }));
    await net.ready('late');
    const after = await eventually(async () => ((await told()).series.length > 0 ? told() : false));
    expect(after.marks.filter(({ kind }) => kind === 'operator')).to.have.lengthOf(2);
    expect(requests(after)).to.equal(requests(before));
    const late = await askJson<HistoryView>(url.replace('pair', 'late'));
    expect(late.marks.map(({ kind, reason }) => `${kind} ${reason}`)).to.include('rollout Serving');
  });

  it("tells HAProxy's own metrics at its statistics port", async () => {
    const { status, headers, body } = await ask(`http://127.0.0.1:${net.ports.statistics}/metrics`);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.match(/^text\/plain; version=0.0.4/);
    expect(body).to.match(/^haproxy_backend_http_responses_total\{proxy="pair",code="2xx"\} \d+$/m);
  });
});
