/**
 * What the HTTP API answers with: the contract between the operator, the dashboard, the commands and programs of others.
 * Times are RFC 3339 in UTC, durations end in `Ms`, rates are per second over the last 10 s. A field that is not known is
 * absent. OpenAPI describes the same shapes at `/openapi.json`; a test compares the two.
 */
import type { Condition, ConditionStatus } from '../core/condition.ts';
import type { ServerInfo } from '../core/kind.ts';
import type { SourceReport } from '../ports/source.ts';
import type { OperatorEvent } from '../core/operator-event.ts';
import type { Traffic } from '../ports/traffic.ts';

/** In the words of the API. */
export type TrafficView = Traffic;

/** `GET /health`: 200 if everything is well, else 503. */
export interface HealthView {
  readonly status: 'ok' | 'degraded';
  readonly parts: readonly PartView[];
  readonly services: { readonly ready: number; readonly total: number };
  /** Messages of what is not ready, by resource key. */
  readonly unready: Readonly<Record<string, string>>;
  readonly operator: { readonly pid: number; readonly version: string; readonly startedAt: string };
}

/** A part of the infrastructure: `engine`, `consul/NETWORK`, `haproxy/NETWORK`, `manifests`, `state`. */
export interface PartView {
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not well, or what it is. */
  readonly message: string;
}

/** `GET /api/v1/instances`: a container of a service, or of the infrastructure. */
export interface InstanceView {
  /** Name of the container. */
  readonly id: string;
  /** Key of the resource that it belongs to: `MCPService/default/files`. */
  readonly owner: string;
  readonly role: string;
  readonly phase: 'stopped' | 'starting' | 'ready' | 'failed' | 'draining' | 'foreign';
  readonly image?: string;
  readonly address?: string;
  readonly createdAt?: string;
  readonly message?: string;
  /** Where clients stand with it: takes new sessions, only keeps those it has, or is not routed to. */
  readonly route: 'open' | 'draining' | 'none';
  readonly registered: boolean;
  readonly traffic?: TrafficView;
}

/** `GET /api/v1/services`, and `/api/v1/services/NAMESPACE/NAME` for one. */
export interface ServiceView {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of its network; absent, as is `transport`, while no version of its manifest was ever valid. */
  readonly network?: string;
  readonly transport?: string;
  readonly ready: ConditionStatus;
  /** Of the condition `Ready`. */
  readonly reason: string;
  readonly message: string;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly revision?: number;
  readonly generation: number;
  readonly port?: number;
  readonly url?: string;
  readonly serverInfo?: ServerInfo;
  readonly since: string;
  readonly conditions: readonly Condition[];
  readonly instances: readonly InstanceView[];
  readonly traffic?: TrafficView;
  /** The newest event that tells of a change, and its cause. */
  readonly lastChange?: { readonly at: string; readonly reason: string; readonly message: string };
}

/** `GET /api/v1/networks`, and `/api/v1/networks/NAMESPACE/NAME` for one; without those that were never valid. */
export interface NetworkView {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly ready: ConditionStatus;
  readonly message: string;
  readonly conditions: readonly Condition[];
  readonly frontend: { readonly name: string; readonly exists: boolean };
  readonly internal: { readonly name: string; readonly exists: boolean };
  /** Absent where replicas are registered nowhere. */
  readonly consul?: { readonly managed: boolean; readonly address: string; readonly ok: boolean };
  readonly haproxy: { readonly exposure: string; readonly ok: boolean; readonly statistics: string };
  readonly ports: {
    readonly bindAddress: string;
    /** First and last, both included: `11100-11199`. */
    readonly services: string;
    readonly discovery: number;
    readonly dashboard: number;
    readonly statistics: number;
  };
  readonly instances: readonly InstanceView[];
  /** Names of its services. */
  readonly services: readonly string[];
}

/** `GET /api/v1/ports`: every port of the plan that is held, and every one that somebody else listens at. */
export interface PortView {
  readonly port: number;
  readonly network: string;
  readonly use: 'service' | 'discovery' | 'dashboard' | 'statistics' | 'foreign';
  /** Key of the resource that holds it. */
  readonly holder?: string;
  readonly since?: string;
  /** Absent where the ports are another machine's. */
  readonly listening?: boolean;
  /** The process that listens, where it is not ours and may be known: `nginx (pid 812)`. */
  readonly foreign?: string;
}

/** `GET /api/v1/sources`, and `/api/v1/sources/NAME` for one: where manifests come from. */
export interface SourceView {
  readonly name: string;
  /** The directory's path, the repository's address. */
  readonly from: string;
  readonly ok: boolean;
  /** Why it is not well, or what is in force of it. */
  readonly message: string;
  /** How many resources are in force by its word. */
  readonly resources: number;
  /** In what it declares. */
  readonly problems: number;
  /** Why nothing of what it brought is removed; absent if what it no longer declares goes. */
  readonly pruneBlock?: string;
  /** Of a repository. */
  readonly repository?: SourceReport;
}

/** `GET /api/v1/events?key=&namespace=&type=&limit=` (newest first; 100 at most where no limit is given), and what `/api/v1/events/stream` sends as `event`. */
export type EventView = OperatorEvent;

/** `GET /api/v1/plan`: what the next passes would do. */
export interface PlanView {
  readonly text: string;
  readonly steps: readonly {
    readonly key: string;
    readonly verb: 'create' | 'prepare' | 'update' | 'start' | 'drain' | 'remove' | 'wait';
    readonly item: string;
    readonly cause: string;
  }[];
}

/** `GET /api/v1/history?range=1h|24h|7d[&key=KEY]`: what was measured, downsampled to at most 360 points each. */
export interface HistoryView {
  readonly from: string;
  readonly to: string;
  readonly stepMs: number;
  readonly series: readonly SeriesView[];
  readonly marks: readonly MarkView[];
}

/** Columns of equal length, one value for each step; null where nothing was measured. */
export interface SeriesView {
  readonly key: string;
  /** Share of the step in which it was ready, 0 to 1. */
  readonly up: readonly (number | null)[];
  readonly readyReplicas: readonly (number | null)[];
  readonly sessions: readonly (number | null)[];
  readonly requestsPerSecond: readonly (number | null)[];
  readonly errorsPerSecond: readonly (number | null)[];
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
}

/** A rollout, or a fault, to be drawn into the series. */
export interface MarkView {
  readonly at: string;
  readonly key: string;
  readonly kind: 'rollout' | 'fault' | 'recovery' | 'operator';
  readonly reason: string;
  readonly message: string;
}

/**
 * `GET /api/v1/events/stream`: server-sent events named `service`, `network` (a whole view, when it changed), `removed` (a
 * key), `event`, and after every look at the traffic (2 s) `traffic`, of those whose traffic is another than was told before.
 * The first is `hello`; a comment every 15 s keeps it open.
 */
export interface StreamMessages {
  readonly hello: { readonly version: string; readonly startedAt: string };
  readonly service: ServiceView;
  readonly network: NetworkView;
  readonly removed: { readonly key: string };
  readonly event: EventView;
  /** By key of the service, and by id of the instance; who is not among them is as before. */
  readonly traffic: {
    readonly services: Readonly<Record<string, TrafficView>>;
    readonly instances: Readonly<Record<string, TrafficView>>;
  };
}

/** A list: `GET /api/v1/services` answers `{"items": [...]}`. */
export interface ListView<Item> {
  readonly items: readonly Item[];
}

/** Any answer of 400 and above. */
export interface ErrorView {
  readonly error: string;
}
