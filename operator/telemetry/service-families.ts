import { latencyBoundsMs } from '../core/latency.ts';
import type { TrafficCounters } from '../ports/traffic.ts';
import { labelsOf, withLabel, type Family, type Sample } from './exposition.ts';
import type { SeenService } from './sight.ts';

const bounds = latencyBoundsMs.map((bound) => String(bound / 1000));

/**
 * Series of services and their replicas, made from what is in memory when somebody asks: nothing is kept of what is gone.
 * @param restarts how often replicas were started anew, by key of the service
 */
export function serviceFamilies(
  services: readonly SeenService[],
  traffic: TrafficCounters,
  restarts: ReadonlyMap<string, number>,
): Family[] {
  const labelled = services.map((service) => ({
    service,
    labels: labelsOf({ service: service.name, namespace: service.namespace }),
    traffic: traffic.service(service.key),
    counted: traffic.counted(service.key),
  }));
  type Labelled = (typeof labelled)[number];
  const each = (value: (of: Labelled) => number | undefined): Sample[] =>
    labelled.flatMap((of) => {
      const found = value(of);
      return found === undefined ? [] : [{ labels: of.labels, value: found }];
    });
  return [
    {
      name: 'mcpnet_service_up',
      type: 'gauge',
      help: 'Whether the service is Ready (1) or not (0).',
      samples: each(({ service }) => Number(service.up)),
    },
    {
      name: 'mcpnet_service_replicas',
      type: 'gauge',
      help: 'Replicas that are wanted.',
      samples: each(({ service }) => service.replicas),
    },
    {
      name: 'mcpnet_service_ready_replicas',
      type: 'gauge',
      help: 'Replicas that serve.',
      samples: each(({ service }) => service.readyReplicas),
    },
    {
      name: 'mcpnet_instance_up',
      type: 'gauge',
      help: 'Whether a replica speaks MCP and is routed to (1) or not (0).',
      samples: labelled.flatMap(({ service, labels }) =>
        service.instances.map(({ id, up }) => ({ labels: withLabel(labels, 'instance', id), value: Number(up) })),
      ),
    },
    {
      name: 'mcpnet_instance_restarts_total',
      type: 'counter',
      help: 'Containers of the service that had stopped and were started again by this operator.',
      samples: each(({ service }) => restarts.get(service.key) ?? 0),
    },
    {
      name: 'mcpnet_service_sessions',
      type: 'gauge',
      help: 'MCP sessions held, where the bridge tells them; else requests and streams that are open.',
      samples: each((of) => of.traffic?.sessions),
    },
    {
      name: 'mcpnet_service_requests_total',
      type: 'counter',
      help: 'Requests of clients, since this operator began to count.',
      samples: each((of) => of.counted?.requests),
    },
    {
      name: 'mcpnet_service_request_errors_total',
      type: 'counter',
      help: 'Requests that were answered with 5xx, by a replica or because none could take them.',
      samples: each((of) => of.counted?.errors),
    },
    {
      name: 'mcpnet_service_request_duration_seconds',
      type: 'histogram',
      help: 'Time until the answer of a replica began.',
      samples: labelled.flatMap(({ labels, counted }) =>
        counted && counted.latency.counts.some((count) => count > 0)
          ? histogram(labels, counted.latency.counts, counted.latency.sumMs / 1000)
          : [],
      ),
    },
  ];
}

function histogram(labels: string, counts: readonly number[], sum: number): Sample[] {
  let total = 0;
  const buckets = [...bounds, '+Inf'].map((bound, index): Sample => {
    total += counts[index] ?? 0;
    return { suffix: '_bucket', labels: withLabel(labels, 'le', bound), value: total };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total }];
}
