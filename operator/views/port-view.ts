import type { PortView } from '../api/shapes.ts';
import type { ResourceKey } from '../core/resource.ts';
import { listenersAt, type Listener } from '../host/listeners.ts';
import type { SocketOwner } from '../host/socket-owner.ts';

/** The port plan of a network. */
export interface PlannedNetwork {
  readonly key: ResourceKey;
  readonly name: string;
  readonly bindAddress: string;
  readonly first: number;
  readonly last: number;
  /** Absent where an external Consul is used. */
  readonly discovery?: number;
  readonly dashboard: number;
  readonly statistics: number;
  readonly since?: string;
}

/** A service that holds a port of a network. */
export interface PortHolder {
  readonly key: ResourceKey;
  readonly network: ResourceKey;
  readonly port: number;
  readonly since?: string;
}

/** What is known of who listens on this machine. */
export interface Listening {
  readonly listeners: readonly Listener[];
  /** By inode; what is missing may not be known by this user. */
  readonly owners: ReadonlyMap<string, SocketOwner>;
  readonly isOurs: (owner: SocketOwner) => boolean;
}

/** Every port of the plan that is held, and every one at which somebody else listens; by network, then by port. */
export function portViews(
  networks: readonly PlannedNetwork[],
  holders: readonly PortHolder[],
  listening: Listening,
): PortView[] {
  const listenersOf = Map.groupBy(listening.listeners, ({ port }) => port);
  const known = { ...listening, listenersOf };
  return networks.flatMap((network) => {
    const held = [...reserved(network), ...services(network, holders)];
    return [...held.map((view) => withListener(view, network, known)), ...foreign(network, held, known)].sort(
      (left, right) => left.port - right.port,
    );
  });
}

/** Looked up for every port: a walk over all listeners for each would take the square of them. */
interface Known extends Listening {
  readonly listenersOf: ReadonlyMap<number, readonly Listener[]>;
}

type Held = Omit<PortView, 'listening' | 'foreign'>;

function reserved(network: PlannedNetwork): Held[] {
  const common = {
    network: network.name,
    holder: network.key,
    ...(network.since !== undefined && { since: network.since }),
  };
  return [
    ...(network.discovery === undefined ? [] : [{ ...common, port: network.discovery, use: 'discovery' as const }]),
    { ...common, port: network.dashboard, use: 'dashboard' },
    { ...common, port: network.statistics, use: 'statistics' },
  ];
}

function services(network: PlannedNetwork, holders: readonly PortHolder[]): Held[] {
  return holders
    .filter((holder) => holder.network === network.key)
    .map(({ key, port, since }) => ({
      port,
      network: network.name,
      use: 'service',
      holder: key,
      ...(since !== undefined && { since }),
    }));
}

function withListener(view: Held, network: PlannedNetwork, listening: Known): PortView {
  const found = listenersAt(listening.listenersOf.get(view.port) ?? [], network.bindAddress, view.port);
  const stranger = strangerAmong(found, listening);
  return { ...view, listening: found.length > 0, ...(stranger && { foreign: describe(stranger) }) };
}

/** Ports of the range that nobody holds, and at which somebody listens all the same. */
function foreign(network: PlannedNetwork, held: readonly Held[], listening: Known): PortView[] {
  const taken = new Set(held.map(({ port }) => port));
  return [...listening.listenersOf]
    .filter(([port]) => port >= network.first && port <= network.last && !taken.has(port))
    .flatMap(([port, listeners]) => {
      const found = listenersAt(listeners, network.bindAddress, port);
      if (found.length === 0) return [];
      const stranger = strangerAmong(found, listening);
      return [
        {
          port,
          network: network.name,
          use: 'foreign' as const,
          listening: true,
          ...(stranger && { foreign: describe(stranger) }),
        },
      ];
    });
}

function strangerAmong(found: readonly Listener[], { owners, isOurs }: Listening): SocketOwner | undefined {
  return found.map(({ inode }) => owners.get(inode)).find((owner) => owner !== undefined && !isOurs(owner));
}

function describe({ name, pid }: SocketOwner): string {
  return `${name} (pid ${pid})`;
}
