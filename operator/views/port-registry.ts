import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import type { PortView } from '../api/shapes.ts';
import { keyOf, parseKey, resourceKey, type Resource, type ResourceKey } from '../core/resource.ts';
import type { Operator } from '../engine/operator.ts';
import { listListeners } from '../host/listeners.ts';
import { socketOwners } from '../host/socket-owner.ts';
import { portViews, type Listening, type PlannedNetwork, type PortHolder } from './port-view.ts';

export interface PortRegistryOptions {
  /** The process at the dashboard's port. */
  readonly operatorPid: number | undefined;
  /** Whether the ports are this machine's; of another's it is not known who listens. */
  readonly isLocal: boolean;
}

/** Who holds each port of the plan, and who listens there. */
export async function portRegistry(
  operator: Operator,
  { operatorPid, isLocal }: PortRegistryOptions,
): Promise<PortView[]> {
  const since = (key: ResourceKey): { since?: string } => {
    const status = operator.statuses.get(key);
    return status ? { since: status.since } : {};
  };
  const networks = ofKind<MCPNetwork['spec']>(operator, 'MCPNetwork').map((network) => ({
    ...plannedNetwork(network),
    ...since(resourceKey(network)),
  }));
  const holders = ofKind<MCPService['spec']>(operator, 'MCPService').flatMap((service): PortHolder[] => {
    const key = resourceKey(service);
    const port = operator.statuses.get(key)?.port;
    return port === undefined ? [] : [{ key, network: networkOf(key, service.spec), port, ...since(key) }];
  });
  if (isLocal) return portViews(networks, holders, await whoListens(operator, networks, holders, operatorPid));
  return portViews(networks, holders, nobody).map(({ listening: _listening, ...view }) => view);
}

const nobody: Listening = { listeners: [], owners: new Map(), isOurs: () => true };

export function plannedNetwork(network: Resource<MCPNetwork['spec']>): PlannedNetwork {
  const { ports, discovery } = network.spec;
  const [first = 0, last = 0] = ports.services.split('-').map(Number);
  return {
    key: resourceKey(network),
    name: network.metadata.name,
    bindAddress: ports.bindAddress,
    first,
    last,
    ...(discovery.type === 'consul' && discovery.consul.managed && { discovery: ports.discovery }),
    dashboard: ports.dashboard,
    statistics: ports.statistics,
  };
}

export function networkOf(service: ResourceKey, spec: MCPService['spec']): ResourceKey {
  return keyOf('MCPNetwork', parseKey(service).namespace, spec.networkRef.name);
}

async function whoListens(
  operator: Operator,
  networks: readonly PlannedNetwork[],
  holders: readonly PortHolder[],
  operatorPid: number | undefined,
): Promise<Listening> {
  const ours = operator.observation.all().filter(({ type, phase }) => type === 'workload' && phase !== 'foreign');
  const containers = new Set(ours.map(({ fields }) => fields['containerId']));
  const addresses = new Set(ours.map(({ fields }) => fields['address']));
  const ofPlan = new Set([
    ...holders.map(({ port }) => port),
    ...networks.flatMap(({ discovery, dashboard, statistics }) => [discovery, dashboard, statistics]),
  ]);
  const inRange = (port: number): boolean => networks.some(({ first, last }) => port >= first && port <= last);
  const listeners = (await listListeners()).filter(({ port }) => ofPlan.has(port) || inRange(port));
  return {
    listeners,
    owners: await socketOwners(new Set(listeners.map(({ inode }) => inode))),
    isOurs: ({ pid, container, forwardsTo }) =>
      pid === operatorPid || containers.has(container) || (forwardsTo !== undefined && addresses.has(forwardsTo)),
  };
}

function ofKind<Spec>(operator: Operator, kind: string): Resource<Spec>[] {
  // Of that kind, so admission has validated it against its schema.
  return operator.keys().flatMap((key) => {
    const resource = parseKey(key).kind === kind ? operator.inForce(key) : undefined;
    return resource ? [resource as Resource<Spec>] : [];
  });
}
