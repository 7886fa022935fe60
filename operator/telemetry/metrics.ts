import { Gauge, Registry } from 'prom-client';
import type { Traffic, TrafficCounters } from '../ports/traffic.ts';
import { EngineMetrics } from './engine-metrics.ts';
import { Exposition, labelsOf } from './exposition.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { writeServices } from './service-series.ts';
import type { SeenService, Sight } from './sight.ts';
import { writeSources } from './source-series.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Series of services and replicas together; more are left out and counted. */
  readonly mostSeries?: number;
}

/** The whole in a few figures. Rates are per second over 10 s, times over the last minute. */
export interface Summary {
  readonly services: { readonly total: number; readonly ready: number };
  readonly instances: number;
  readonly sessions: number;
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  readonly reconciles: number;
  readonly uptimeSeconds: number;
}

interface Subject {
  readonly sight: Sight;
  readonly traffic: TrafficCounters;
}

const defaultMostSeries = 100_000;

/** Everything that Prometheus is told. What is counted is counted as it happens; everything else is looked up when asked. */
export class Metrics {
  readonly engine: EngineMetrics;
  readonly #registry = new Registry();
  readonly #mostSeries: number;
  readonly #out = new Exposition();
  #dropped = 0;
  #subject: Subject | undefined;

  constructor({ version, mostSeries = defaultMostSeries }: MetricsOptions) {
    this.#mostSeries = mostSeries;
    this.engine = new EngineMetrics(this.#registry, () => this.#subject?.sight.load() ?? { queued: 0, active: 0 });
    registerProcessMetrics(this.#registry);
    const build = { version, node: process.version };
    new Gauge({
      name: 'mcpnet_build_info',
      help: 'Version of the operator and of Node; always 1.',
      labelNames: Object.keys(build),
      registers: [this.#registry],
    }).set(build, 1);
  }

  /** What is looked at from now on: it takes part in what these metrics count, so it is made after them. */
  watch(sight: Sight, traffic: TrafficCounters): void {
    this.#subject = { sight, traffic };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Prometheus' text format, in UTF-8. */
  async text(): Promise<Buffer> {
    const registered = await this.#registry.metrics();
    // No turn of the event loop from here on: the memory is one for all who ask.
    this.#out.begin(this.#mostSeries);
    if (this.#subject) this.#write(this.#out, this.#subject);
    this.#out.text(registered);
    return this.#out.bytes();
  }

  /** @returns for people with `jq`; the series themselves are in {@link text} */
  json(): { summary: Summary; services: readonly Record<string, unknown>[] } {
    const services = this.#subject?.sight.services() ?? [];
    return {
      summary: this.#summary(services),
      services: services.map(({ key, up, replicas, readyReplicas }) => ({
        key,
        up,
        replicas,
        readyReplicas,
        ...this.#subject?.traffic.service(key),
      })),
    };
  }

  #write(out: Exposition, { sight, traffic }: Subject): void {
    out.family('mcpnet_driver_up', 'gauge', 'Whether Docker, Consul and HAProxy can be asked (1) or not (0).');
    for (const [driver, up] of sight.drivers()) out.sample('mcpnet_driver_up', labelsOf({ driver }), Number(up));
    writeSources(out, sight.sources());
    writeServices(out, sight.services(), traffic, this.engine.restarts);
    this.#dropped += out.dropped;
    const dropped = 'mcpnet_metrics_dropped_series_total';
    out.family(dropped, 'counter', 'Series of services that were left out because there are too many.');
    out.text(`${dropped} ${this.#dropped}\n`);
  }

  #summary(services: readonly SeenService[]): Summary {
    const traffic = this.#subject?.traffic.total();
    const { p50Ms, p95Ms, p99Ms }: Partial<Traffic> = traffic ?? {};
    return {
      services: { total: services.length, ready: services.filter(({ up }) => up).length },
      instances: services.reduce((sum, { instances }) => sum + instances.length, 0),
      sessions: traffic?.sessions ?? 0,
      requestsPerSecond: traffic?.requestsPerSecond ?? 0,
      errorsPerSecond: traffic?.errorsPerSecond ?? 0,
      ...(p50Ms !== undefined && { p50Ms }),
      ...(p95Ms !== undefined && { p95Ms }),
      ...(p99Ms !== undefined && { p99Ms }),
      reconciles: this.engine.passes,
      uptimeSeconds: Math.round(process.uptime()),
    };
  }
}
