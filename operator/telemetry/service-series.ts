import { latencyBoundsMs } from '../core/latency.ts';
import type { CountedTraffic, TrafficCounters } from '../ports/traffic.ts';
import { labelsOf, type Exposition } from './exposition.ts';
import type { SeenService } from './sight.ts';

interface Row {
  readonly service: SeenService;
  readonly labels: string;
  readonly counted: CountedTraffic | undefined;
}

const bounds = [...latencyBoundsMs.map((bound) => String(bound / 1000)), '+Inf'];
const duration = 'mcpnet_service_request_duration_seconds';

/**
 * Writes the series of services and their replicas, from what is in memory when somebody asks: nothing is kept of what is
 * gone.
 * @param restarts how often replicas were started anew, by key of the service
 */
export function writeServices(
  out: Exposition,
  services: readonly SeenService[],
  traffic: TrafficCounters,
  restarts: ReadonlyMap<string, number>,
): void {
  const rows = services.map((service): Row => {
    const labels = labelsOf({ service: service.name, namespace: service.namespace });
    return { service, labels, counted: traffic.counted(service.key) };
  });
  const each = (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    value: (row: Row) => number | undefined,
  ): void => {
    out.family(name, type, help);
    for (const row of rows) {
      const found = value(row);
      if (found !== undefined) out.sample(name, row.labels, found);
    }
  };
  each('mcpnet_service_up', 'gauge', 'Whether the service is Ready (1) or not (0).', ({ service }) =>
    Number(service.up),
  );
  each('mcpnet_service_replicas', 'gauge', 'Replicas that are wanted.', ({ service }) => service.replicas);
  each('mcpnet_service_ready_replicas', 'gauge', 'Replicas that serve.', ({ service }) => service.readyReplicas);
  out.family('mcpnet_instance_up', 'gauge', 'Whether a replica speaks MCP (1) or not (0).');
  for (const { service, labels } of rows)
    for (const { id, up } of service.instances)
      out.sample('mcpnet_instance_up', `${labels},${labelsOf({ instance: id })}`, Number(up));
  const restarted = 'Containers of the service that had stopped and were started again by this operator.';
  each('mcpnet_instance_restarts_total', 'counter', restarted, ({ service }) => restarts.get(service.key) ?? 0);
  const sessions = 'MCP sessions held, where the bridge tells them; else requests and streams that are open.';
  each('mcpnet_service_sessions', 'gauge', sessions, ({ counted }) => counted?.sessions);
  const requests = 'Requests of clients, since this operator began to count.';
  each('mcpnet_service_requests_total', 'counter', requests, ({ counted }) => counted?.requests);
  const errors = 'Requests that were answered with 5xx, by a replica or because none could take them.';
  each('mcpnet_service_request_errors_total', 'counter', errors, ({ counted }) => counted?.errors);
  out.family(duration, 'histogram', 'Time until the answer of a replica began.');
  for (const { labels, counted } of rows) if (counted) writeHistogram(out, labels, counted);
}

/** None of a service that has not answered yet. */
function writeHistogram(out: Exposition, labels: string, { latency: { counts, sumMs } }: CountedTraffic): void {
  let lines = '';
  let total = 0;
  for (let bucket = 0; bucket < bounds.length; bucket++) {
    total += counts[bucket] ?? 0;
    lines += `${duration}_bucket{${labels},le="${bounds[bucket]}"} ${total}\n`;
  }
  if (total === 0) return;
  lines += `${duration}_sum{${labels}} ${sumMs / 1000}\n${duration}_count{${labels}} ${total}\n`;
  out.samples(bounds.length + 2, lines);
}
