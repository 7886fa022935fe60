import { metricsRoutes } from './api/metrics.ts';
import type { Extension } from './api/app.ts';
import { findCondition } from './core/condition.ts';
import type { Operator } from './engine/operator.ts';
import type { Status } from './engine/status.ts';
import type { TrafficCounters } from './ports/traffic.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { SeenService, Sight } from './telemetry/sight.ts';

/** How often traffic is looked at while nobody watches it. */
const everyMs = 10_000;
const drivers = ['docker', 'consul', 'haproxy'];

export interface Measuring {
  /** Routes that tell what is measured. */
  readonly extensions: readonly Extension[];
  /** Begins to look from time to time. */
  start(): void;
  stop(): void;
}

/** Sees to it that an operator, its services and their traffic are measured for as long as it reigns. */
export function measure(operator: Operator, traffic: TrafficCounters, metrics: Metrics): Measuring {
  const sight = sightOf(operator);
  metrics.watch(sight, traffic);
  let end = (): void => undefined;
  return {
    extensions: [metricsRoutes(metrics)],
    start() {
      end = traffic.subscribe(() => undefined, everyMs);
    },
    stop() {
      end();
    },
  };
}

/** What there is to see of an operator, from its memory. */
export function sightOf(operator: Operator): Sight {
  return {
    services: () => operator.statuses.all().flatMap((status) => seen(operator, status)),
    drivers: () => new Map(drivers.map((name) => [name, !operator.unreachable.has(name)])),
    load: () => operator.load,
  };
}

function seen({ observation }: Operator, status: Status): SeenService[] {
  const { key, kind, metadata, conditions, replicas, readyReplicas } = status;
  if (kind !== 'MCPService') return [];
  const instances = observation
    .owned(key)
    .flatMap(({ type, id, phase }) => (type === 'workload' ? [{ id, up: phase === 'ready' }] : []));
  const up = findCondition(conditions, 'Ready')?.status === 'True';
  return [{ key, name: metadata.name, namespace: metadata.namespace, up, replicas, readyReplicas, instances }];
}
