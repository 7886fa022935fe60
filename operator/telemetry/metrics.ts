import { Gauge, Registry } from 'prom-client';
import type { Traffic, TrafficCounters } from '../ports/traffic.ts';
import { bounded } from './bounded.ts';
import { EngineMetrics } from './engine-metrics.ts';
import { textOf, type Family } from './exposition.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { serviceFamilies } from './service-families.ts';
import type { SeenService, Sight } from './sight.ts';

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

const defaultMostSeries = 100_000;

/** Everything that Prometheus is told. What is counted is counted as it happens; everything else is looked up when asked. */
export class Metrics {
  readonly engine: EngineMetrics;
  readonly #registry = new Registry();
  readonly #mostSeries: number;
  #dropped = 0;
  #subject: { readonly sight: Sight; readonly traffic: TrafficCounters } | undefined;

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

  /** Prometheus' text format. */
  async text(): Promise<string> {
    return (await this.#registry.metrics()) + textOf(this.#families());
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

  #families(): Family[] {
    if (!this.#subject) return [];
    const { sight, traffic } = this.#subject;
    const { families, dropped } = bounded(
      serviceFamilies(sight.services(), traffic, this.engine.restarts),
      this.#mostSeries,
    );
    this.#dropped += dropped;
    return [
      ...families,
      {
        name: 'mcpnet_driver_up',
        type: 'gauge',
        help: 'Whether Docker, Consul and HAProxy can be asked (1) or not (0).',
        samples: [...sight.drivers()].map(([driver, up]) => ({ labels: `{driver="${driver}"}`, value: Number(up) })),
      },
      {
        name: 'mcpnet_metrics_dropped_series_total',
        type: 'counter',
        help: 'Series of services that were left out because there are too many.',
        samples: [{ labels: '', value: this.#dropped }],
      },
    ];
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
