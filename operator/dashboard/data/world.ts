import type { EventView, HealthView, NetworkView, ServiceView, StreamMessages, TrafficView } from '../../api/shapes.ts';

/** Where the page stands with the operator. Times are milliseconds since the epoch. */
export type Connection =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  | { readonly phase: 'lost'; readonly sinceMs: number; readonly retryAtMs: number };

/** All that the page knows. What is shown is a function of it. */
export interface World {
  readonly connection: Connection;
  /** Whether everything has been read once. */
  readonly loaded: boolean;
  /** Why it could not be read, in the words of whoever refused. */
  readonly failure?: string;
  readonly operator?: StreamMessages['hello'];
  readonly health?: HealthView;
  readonly services: ReadonlyMap<string, ServiceView>;
  readonly networks: ReadonlyMap<string, NetworkView>;
  /** Newest first. */
  readonly events: readonly EventView[];
  readonly serviceTraffic: Readonly<Record<string, TrafficView>>;
  readonly instanceTraffic: Readonly<Record<string, TrafficView>>;
}

export interface Everything {
  readonly services: readonly ServiceView[];
  readonly networks: readonly NetworkView[];
  readonly events: readonly EventView[];
}

export const emptyWorld: World = {
  connection: { phase: 'connecting' },
  loaded: false,
  services: new Map(),
  networks: new Map(),
  events: [],
  serviceTraffic: {},
  instanceTraffic: {},
};

const mostEvents = 1_000;

/** One message of the stream. Messages carry whole views, so what is applied twice or again changes nothing. */
export type Message = {
  [Name in keyof StreamMessages]: { readonly name: Name; readonly data: StreamMessages[Name] };
}[keyof StreamMessages];

export function withMessage(world: World, message: Message): World {
  switch (message.name) {
    case 'hello':
      return { ...world, operator: message.data };
    case 'service':
      return { ...world, services: put(world.services, message.data) };
    case 'network':
      return { ...world, networks: put(world.networks, message.data) };
    case 'removed':
      return {
        ...world,
        services: without(world.services, message.data.key),
        networks: without(world.networks, message.data.key),
      };
    case 'event':
      return { ...world, events: withEvent(world.events, message.data) };
    case 'traffic':
      // Only what is another than before is told.
      return {
        ...world,
        serviceTraffic: { ...world.serviceTraffic, ...message.data.services },
        instanceTraffic: { ...world.instanceTraffic, ...message.data.instances },
      };
  }
}

/** Takes the place of all that was known: after every connection, since nobody tells what was missed. */
export function withEverything(world: World, { services, networks, events }: Everything): World {
  const { failure: _, ...rest } = world;
  return {
    ...rest,
    loaded: true,
    services: new Map(services.map((each) => [each.key, each])),
    networks: new Map(networks.map((each) => [each.key, each])),
    events: [...events],
    serviceTraffic: {},
    instanceTraffic: {},
  };
}

export function trafficOf(world: World, service: ServiceView): TrafficView | undefined {
  return world.serviceTraffic[service.key] ?? service.traffic;
}

/** By namespace and name. */
export function servicesOf(world: World): readonly ServiceView[] {
  return [...world.services.values()].sort((one, other) => one.key.localeCompare(other.key));
}

function put<View extends { readonly key: string }>(views: ReadonlyMap<string, View>, view: View): Map<string, View> {
  return new Map(views).set(view.key, view);
}

function without<View>(views: ReadonlyMap<string, View>, key: string): ReadonlyMap<string, View> {
  if (!views.has(key)) return views;
  const rest = new Map(views);
  rest.delete(key);
  return rest;
}

/** What happened again counts up: it takes the place of its earlier form, at the top. */
function withEvent(events: readonly EventView[], event: EventView): readonly EventView[] {
  const others = events.filter((each) => !isSame(each, event));
  return [event, ...others].slice(0, mostEvents);
}

function isSame(one: EventView, other: EventView): boolean {
  return (
    one.key === other.key &&
    one.reason === other.reason &&
    one.message === other.message &&
    one.firstSeen === other.firstSeen
  );
}
