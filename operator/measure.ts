import { historyRoutes } from './api/history.ts';
import { metricsRoutes } from './api/metrics.ts';
import type { Extension } from './api/app.ts';
import { findCondition } from './core/condition.ts';
import type { Operator } from './engine/operator.ts';
import type { Status } from './engine/status.ts';
import type { Source } from './ports/source.ts';
import type { TrafficCounters } from './ports/traffic.ts';
import type { History } from './telemetry/history.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { SeenService, Sight } from './telemetry/sight.ts';
import { sourceViews } from './views/source-view.ts';

/** How often traffic is looked at while nobody watches it. */
const everyMs = 10_000;
const slackMs = 1_500;
const driversOnDocker: readonly string[] = ['docker', 'consul', 'haproxy'];

export interface Measuring {
  /** Routes that tell what is measured. */
  readonly extensions: readonly Extension[];
  /** Begins to look from time to time. */
  start(): void;
  stop(): void;
}

/**
 * Sees to it that an operator, its services and their traffic are measured for as long as it reigns.
 * @param history without it nothing is remembered
 * @param drivers names of the parts of the world
 */
export function measure(
  operator: Operator,
  traffic: TrafficCounters,
  metrics: Metrics,
  history?: History,
  drivers: readonly string[] = driversOnDocker,
  sources: readonly Source[] = [],
): Measuring {
  const sight = sightOf(operator, drivers, sources);
  metrics.watch(sight, traffic);
  const ends: (() => void)[] = [];
  return {
    extensions: [metricsRoutes(metrics), ...(history ? [historyRoutes(history)] : [])],
    start() {
      ends.push(traffic.subscribe(recording(sight, traffic, history), everyMs));
      if (history) ends.push(markEvents(operator, history), markRollouts(operator, metrics, history));
      history?.mark({ key: '', kind: 'operator', reason: 'Started', message: 'an operator began to lead' });
    },
    stop() {
      for (const end of ends) end();
      history?.close();
    },
  };
}

/** Somebody may want looks more often than they are kept. */
function recording(sight: Sight, traffic: TrafficCounters, history: History | undefined): () => void {
  let lastMs = -Infinity;
  return () => {
    if (!history || performance.now() - lastMs < everyMs - slackMs) return;
    lastMs = performance.now();
    history.record(sight.services(), (key) => traffic.service(key));
  };
}

function markEvents({ events }: Operator, history: History): () => void {
  return events.subscribe(({ key, type, reason, message }) => {
    if (type === 'Warning') history.mark({ key, kind: 'fault', reason, message });
    else if (reason === 'Ready') history.mark({ key, kind: 'recovery', reason, message });
  });
}

function markRollouts({ commands }: Operator, { engine }: Metrics, history: History): () => void {
  engine.onRollout = (key, result) => {
    const revision = commands.history(key).revisions.at(-1);
    const message = revision ? `revision ${revision.number}: ${revision.cause}` : '';
    history.mark({ key, kind: 'rollout', reason: result, message });
  };
  return () => {
    engine.onRollout = () => undefined;
  };
}

/** What there is to see of an operator, from its memory. */
export function sightOf(operator: Operator, drivers = driversOnDocker, sources: readonly Source[] = []): Sight {
  return {
    services: () => operator.statuses.all().flatMap((status) => seen(operator, status)),
    drivers: () => new Map(drivers.map((name) => [name, !operator.unreachable.has(name)])),
    sources: () =>
      sourceViews(sources, operator.store, (text) => text).map(({ name, ok, resources, repository }) => ({
        name,
        up: ok,
        resources,
        ...(repository?.checkedAt !== undefined && { checkedAtMs: Date.parse(repository.checkedAt) }),
      })),
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
