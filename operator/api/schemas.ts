import type { Condition } from '../core/condition.ts';
import type { ServerInfo } from '../core/kind.ts';
import type { App } from './app.ts';
import { sourceView } from './source-schema.ts';
import {
  flag,
  listOf,
  mapOf,
  maybe,
  named,
  number,
  objectOf,
  oneOf,
  text,
  time,
  whole,
  type Schema,
} from './schema-forms.ts';
import type {
  ErrorView,
  EventView,
  HealthView,
  HistoryView,
  InstanceView,
  MarkView,
  NetworkView,
  PartView,
  PlanView,
  PortView,
  SeriesView,
  ServiceView,
  TrafficView,
} from './shapes.ts';

const status = oneOf('True', 'False', 'Unknown');
/** One value for each step; null where nothing was measured. */
const column = listOf({ type: ['number', 'null'] });

/** The shapes of `shapes.ts` as JSON Schemas, by name: for OpenAPI, and for answers that are written fast. */
const schemas: Readonly<Record<string, Schema>> = {
  ErrorView: objectOf<ErrorView>({ error: text }),
  Condition: objectOf<Condition>({
    type: text,
    status,
    reason: text,
    message: text,
    observedGeneration: whole,
    lastTransitionTime: time,
  }),
  TrafficView: objectOf<TrafficView>({
    sessions: number,
    requestsPerSecond: number,
    errorsPerSecond: number,
    requests: number,
    errors: number,
    p50Ms: maybe(number),
    p95Ms: maybe(number),
    p99Ms: maybe(number),
  }),
  PartView: objectOf<PartView>({ name: text, ok: flag, message: text }),
  HealthView: objectOf<HealthView>({
    status: oneOf('ok', 'degraded'),
    parts: listOf(named('PartView')),
    services: objectOf<HealthView['services']>({ ready: whole, total: whole }),
    unready: mapOf(text),
    operator: objectOf<HealthView['operator']>({ pid: whole, version: text, startedAt: time }),
  }),
  InstanceView: objectOf<InstanceView>({
    id: text,
    owner: text,
    role: text,
    phase: oneOf('stopped', 'starting', 'ready', 'failed', 'draining', 'foreign'),
    image: maybe(text),
    address: maybe(text),
    createdAt: maybe(time),
    message: maybe(text),
    route: oneOf('open', 'draining', 'none'),
    registered: flag,
    traffic: maybe(named('TrafficView')),
  }),
  ServiceView: objectOf<ServiceView>({
    key: text,
    name: text,
    namespace: text,
    labels: mapOf(text),
    network: maybe(text),
    transport: maybe(text),
    ready: status,
    reason: text,
    message: text,
    replicas: whole,
    readyReplicas: whole,
    revision: maybe(whole),
    generation: whole,
    port: maybe(whole),
    url: maybe(text),
    serverInfo: maybe(
      objectOf<ServerInfo>({
        name: text,
        version: text,
        protocolVersion: text,
        capabilities: listOf(text),
        tools: maybe(whole),
      }),
    ),
    since: time,
    conditions: listOf(named('Condition')),
    instances: listOf(named('InstanceView')),
    traffic: maybe(named('TrafficView')),
    lastChange: maybe(objectOf<NonNullable<ServiceView['lastChange']>>({ at: time, reason: text, message: text })),
  }),
  NetworkView: objectOf<NetworkView>({
    key: text,
    name: text,
    namespace: text,
    ready: status,
    message: text,
    conditions: listOf(named('Condition')),
    frontend: objectOf<NetworkView['frontend']>({ name: text, exists: flag }),
    internal: objectOf<NetworkView['internal']>({ name: text, exists: flag }),
    consul: maybe(objectOf<NonNullable<NetworkView['consul']>>({ managed: flag, address: text, ok: flag })),
    haproxy: objectOf<NetworkView['haproxy']>({ exposure: text, ok: flag, statistics: text }),
    ports: objectOf<NetworkView['ports']>({
      bindAddress: text,
      services: text,
      discovery: whole,
      dashboard: whole,
      statistics: whole,
    }),
    instances: listOf(named('InstanceView')),
    services: listOf(text),
  }),
  PortView: objectOf<PortView>({
    port: whole,
    network: text,
    use: oneOf('service', 'discovery', 'dashboard', 'statistics', 'foreign'),
    holder: maybe(text),
    since: maybe(time),
    listening: maybe(flag),
    foreign: maybe(text),
  }),
  EventView: objectOf<EventView>({
    key: text,
    type: oneOf('Normal', 'Warning'),
    reason: text,
    message: text,
    count: whole,
    firstSeen: time,
    lastSeen: time,
  }),
  HistoryView: objectOf<HistoryView>({
    from: time,
    to: time,
    stepMs: whole,
    series: listOf(named('SeriesView')),
    marks: listOf(named('MarkView')),
  }),
  SeriesView: objectOf<SeriesView>({
    key: text,
    up: column,
    readyReplicas: column,
    sessions: column,
    requestsPerSecond: column,
    errorsPerSecond: column,
    p50Ms: column,
    p95Ms: column,
    p99Ms: column,
  }),
  MarkView: objectOf<MarkView>({
    at: time,
    key: text,
    kind: oneOf('rollout', 'fault', 'recovery', 'operator'),
    reason: text,
    message: text,
  }),
  SourceView: sourceView,
  PlanView: objectOf<PlanView>({
    text,
    steps: listOf(
      objectOf<PlanView['steps'][number]>({
        key: text,
        verb: oneOf('create', 'prepare', 'update', 'start', 'drain', 'remove', 'wait'),
        item: text,
        cause: text,
      }),
    ),
  }),
};

/** To be called before routes that refer to them are added. */
export function addSchemas(app: App): void {
  for (const [name, schema] of Object.entries(schemas)) app.addSchema({ $id: name, title: name, ...schema });
}
