import { expect } from 'chai';
import { createApp, type App } from '../../operator/api/app.ts';
import type { Shown } from '../../operator/api/shown.ts';
import { latencyBoundsMs } from '../../operator/core/latency.ts';
import { measure } from '../../operator/measure.ts';
import type { CountedTraffic, Traffic, TrafficCounters } from '../../operator/ports/traffic.ts';
import { Metrics } from '../../operator/telemetry/metrics.ts';
import { Harness } from '../fakes/harness.ts';
import { network, service, type Manifest } from '../fakes/manifests.ts';

const key = 'MCPService/default/files';
const silent: Traffic = { sessions: 0, requestsPerSecond: 0, errorsPerSecond: 0, requests: 0, errors: 0 };
const none: CountedTraffic = {
  sessions: 0,
  requests: 0,
  errors: 0,
  latency: { counts: latencyBoundsMs.map(() => 0), sumMs: 0 },
};

/** A book of one service. */
function bookOf(traffic: Traffic, counted: CountedTraffic): TrafficCounters {
  return {
    service: (of) => (of === key ? traffic : undefined),
    instance: () => undefined,
    counted: (of) => (of === key ? { ...counted, sessions: traffic.sessions } : none),
    total: () => traffic,
    subscribe: () => () => undefined,
  };
}

describe('metrics', () => {
  const labels = '{service="files",namespace="default"}';
  let harness: Harness;
  let app: App;

  function open(options: { traffic?: Traffic; counted?: CountedTraffic; mostSeries?: number } = {}): void {
    const { traffic = silent, counted = none, ...rest } = options;
    const metrics = new Metrics({ version: '1.2.3', ...rest });
    harness = new Harness({ instruments: metrics.engine });
    const { extensions } = measure(harness.operator, bookOf(traffic, counted), metrics);
    // These routes show nothing of what the others do.
    app = createApp({ subscribe: () => () => undefined } as unknown as Shown, extensions);
  }

  async function run(...manifests: Manifest[]): Promise<void> {
    harness.source.set(network(), ...manifests);
    if (harness.operator.keys().length === 0) await harness.start();
    await harness.pass(60_000);
  }

  async function scrape(): Promise<Map<string, number>> {
    const { body, statusCode } = await app.inject('/metrics');
    expect(statusCode).to.equal(200);
    const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const cut = (line: string): number => line.lastIndexOf(' ');
    return new Map(lines.map((line) => [line.slice(0, cut(line)), Number(line.slice(cut(line)))]));
  }

  it('tell the state of services and replicas', async () => {
    open();
    await run(service('files', { replicas: 2 }));
    const samples = await scrape();
    expect(samples.get(`mcpnet_service_up${labels}`)).to.equal(1);
    expect(samples.get(`mcpnet_service_replicas${labels}`)).to.equal(2);
    expect(samples.get(`mcpnet_service_ready_replicas${labels}`)).to.equal(2);
    const instances = [...samples].filter(([name]) => name.startsWith('mcpnet_instance_up{service="files"'));
    expect(instances.map(([, value]) => value)).to.deep.equal([1, 1]);
    expect(samples.get('mcpnet_driver_up{driver="docker"}')).to.equal(1);
    expect(samples.get(`mcpnet_build_info{version="1.2.3",node="${process.version}"}`)).to.equal(1);
    expect(samples.get('process_resident_memory_bytes')).to.be.greaterThan(1e6);
  });

  it("tell the engine's work by the names of controller-runtime", async () => {
    open();
    await run(service('files'));
    const samples = await scrape();
    const of = (name: string): number => samples.get(name) ?? -1;
    const passes = of('controller_runtime_reconcile_total{controller="mcpservice",result="success"}');
    expect(passes).to.be.greaterThan(0);
    expect(of('controller_runtime_reconcile_time_seconds_count{controller="mcpservice"}')).to.be.at.least(passes);
    expect(of('controller_runtime_reconcile_errors_total{controller="mcpservice"}')).to.equal(0);
    expect(of('workqueue_adds_total{name="operator"}')).to.equal(
      of('workqueue_queue_duration_seconds_count{name="operator"}'),
    );
    expect(of('workqueue_work_duration_seconds_count{name="operator"}')).to.be.at.least(passes);
    expect(of('workqueue_depth{name="operator"}')).to.equal(0);
    expect(of('mcpnet_rollouts_total{result="serving"}')).to.equal(1);
  });

  it('count what was undone, what was started again and what failed to roll out', async () => {
    open();
    await run(service('files'));
    const [id = ''] = harness.world.running('files');
    harness.world.engine.change(id, { pids: '7' });
    await harness.pass(60_000);
    harness.world.engine.kill(id);
    await harness.pass(60_000);
    harness.world.mute.add('mute:1');
    await run(service('files', { image: 'mute:1', healthCheck: { startupTimeout: '5s' } }));
    const samples = await scrape();
    expect(samples.get('mcpnet_drift_repairs_total{kind="workload"}')).to.equal(1);
    expect(samples.get(`mcpnet_instance_restarts_total${labels}`)).to.equal(1);
    expect(samples.get('mcpnet_rollouts_total{result="failed"}')).to.equal(1);
  });

  it('keep nothing of a service that is gone', async () => {
    const metrics = new Metrics({ version: '1.2.3' });
    harness = new Harness({ instruments: metrics.engine });
    await run(service('files'), service('other'));
    for (const name of ['files', 'other']) harness.world.engine.kill(harness.world.running(name)[0] ?? '');
    await harness.pass(60_000);
    expect([...metrics.engine.restarts]).to.have.lengthOf(2);
    harness.source.remove(service('files'));
    await harness.pass(120_000);
    expect([...metrics.engine.restarts]).to.deep.equal([['MCPService/default/other', 1]]);
  });

  it('tell the traffic, and times as a histogram', async () => {
    const counts = latencyBoundsMs.map((bound) => (bound === 5 ? 3 : bound === 1_000 ? 1 : 0));
    open({
      traffic: { ...silent, sessions: 7 },
      counted: { sessions: 7, requests: 5, errors: 1, latency: { counts, sumMs: 812 } },
    });
    await run(service('files'), service('other'));
    const samples = await scrape();
    const bucket = (le: string): number | undefined =>
      samples.get(`mcpnet_service_request_duration_seconds_bucket{service="files",namespace="default",le="${le}"}`);
    expect(['0.0025', '0.005', '0.5', '1', '+Inf'].map(bucket)).to.deep.equal([0, 3, 3, 4, 4]);
    expect(samples.get(`mcpnet_service_request_duration_seconds_sum${labels}`)).to.equal(0.812);
    expect(samples.get(`mcpnet_service_requests_total${labels}`)).to.equal(5);
    expect(samples.get(`mcpnet_service_request_errors_total${labels}`)).to.equal(1);
    expect(samples.get(`mcpnet_service_sessions${labels}`)).to.equal(7);
    expect([...samples.keys()].filter((name) => name.includes('duration_seconds_count{service="other"'))).to.deep.equal(
      [],
    );
  });

  it('have no series of what is gone, and no more of them than were allowed', async () => {
    open({ mostSeries: 8 });
    await run(service('files', { replicas: 3 }), service('other'));
    const ofServices = (samples: Map<string, number>): string[] =>
      [...samples.keys()].filter((name) => name.includes('service="'));
    const samples = await scrape();
    expect(ofServices(samples)).to.have.lengthOf(5);
    expect(samples.get('mcpnet_metrics_dropped_series_total')).to.be.greaterThan(0);
    harness.source.remove(service('other'));
    await harness.pass(120_000);
    expect(ofServices(await scrape()).filter((name) => name.includes('other'))).to.deep.equal([]);
  });

  it('are JSON for those who ask for it, with a summary', async () => {
    open({ traffic: { ...silent, sessions: 2, requestsPerSecond: 4, p50Ms: 3, p95Ms: 5, p99Ms: 9 } });
    await run(service('files', { replicas: 2 }), service('broken', { networkRef: { name: 'none' } }));
    const { headers, body } = await app.inject({ url: '/metrics', headers: { accept: 'application/json' } });
    expect(headers['content-type']).to.match(/^application\/json/);
    const { summary } = JSON.parse(body) as { summary: Record<string, unknown> };
    expect(summary).to.deep.include({
      services: { total: 2, ready: 1 },
      instances: 2,
      sessions: 2,
      requestsPerSecond: 4,
      errorsPerSecond: 0,
      p50Ms: 3,
      p95Ms: 5,
      p99Ms: 9,
    });
    expect(summary).to.include.keys('reconciles', 'uptimeSeconds');
    const other = await app.inject('/metrics.json');
    expect((JSON.parse(other.body) as typeof summary)['summary']).to.deep.include({ sessions: 2 });
    const scraper = 'application/openmetrics-text;version=1.0.0,application/json;q=0.1,text/plain;version=0.0.4;q=0.5';
    const text = await app.inject({ url: '/metrics', headers: { accept: scraper } });
    expect(text.headers['content-type']).to.match(/^text\/plain; version=0.0.4/);
  });
});
