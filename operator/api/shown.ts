import type { Condition } from '../core/condition.ts';
import type { Redact } from '../core/redact.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  EventView,
  HealthView,
  NetworkView,
  PlanView,
  PortView,
  ServiceView,
  SourceView,
  StreamMessages,
  InstanceView,
} from './shapes.ts';

/** Where manifests are read from, so that commands can change them there. */
export interface WatchedManifests {
  /** Absolute. */
  readonly directory: string;
  /** Whether an emptied directory removes what it declared. */
  readonly allowEmpty: boolean;
}

/** What the API shows; `operator/views` makes it of an operator. */
export interface Shown {
  readonly pid: number;
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** For those who may read the socket only. */
  readonly manifests?: WatchedManifests;
  readonly clock: Clock;
  /** Takes secrets out of a text. */
  readonly redact: Redact;
  statuses(): readonly ShownStatus[];
  problems(): readonly unknown[];
  /** Oldest first. */
  eventsOf(key: ResourceKey): readonly EventView[];
  /** @throws Refusal if none is kept */
  history(key: ResourceKey): unknown;
  health(): HealthView;
  /** Ordered by key, as are networks. */
  services(): readonly ServiceView[];
  service(key: ResourceKey): ServiceView | undefined;
  networks(): readonly NetworkView[];
  network(key: ResourceKey): NetworkView | undefined;
  /** Of services and of the infrastructure. */
  instances(): readonly InstanceView[];
  ports(): Promise<readonly PortView[]>;
  /** Newest first. */
  events(): Iterable<EventView>;
  /** Where manifests come from. */
  sources(): readonly SourceView[];
  plan(): PlanView;
  /** As of the last look; empty where nobody looks. */
  traffic(): StreamMessages['traffic'];
  /** Calls back with what is news; the returned function ends that. */
  subscribe(news: News): () => void;
}

export interface News {
  /** A service or a network is another than before, or gone. */
  changed(key: ResourceKey): void;
  happened(event: EventView): void;
  /** Traffic was looked at. */
  measured(): void;
}

interface ShownStatus {
  readonly key: ResourceKey;
  readonly conditions: readonly Condition[];
}
