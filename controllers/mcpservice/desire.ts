import { hashOf } from '../../operator/core/hash.ts';
import type { BudgetItem } from '../../operator/core/item.ts';
import type { Desire, DesireContext } from '../../operator/core/kind.ts';
import type { PortClaim } from '../../operator/core/port-lease.ts';
import { nearest } from '../../operator/core/nearest.ts';
import { keyOf, placeOf, resourceKey, type Resource, type ResourceKey } from '../../operator/core/resource.ts';
import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import { isRegistered } from '../mcpnetwork/consul.ts';
import { qualified } from '../mcpnetwork/names.ts';
import { serviceRange } from '../mcpnetwork/haproxy.ts';
import { canaryOf, evenly } from './canary.ts';
import { replicasOf } from './replicas.ts';
import { backendItem, registrationItem, serverItem } from './routes.ts';

type ServiceResource = Resource<MCPService['spec']>;

/** A listener, and for every replica a container, its place in the listener and its registration. */
export function desireService(service: ServiceResource, context: DesireContext): Desire {
  const { namespace } = service.metadata;
  const found = context.resolve('MCPNetwork', namespace, service.spec.networkRef.name);
  if (!found) return { blocked: { reason: 'NetworkNotFound', message: unknownNetwork(service, context) } };
  // Resolved by kind, and admission has validated it against the schema of that kind.
  const network = found as Resource<MCPNetwork['spec']>;
  const lease = context.port(resourceKey(service));
  if ('problem' in lease) return { blocked: lease.problem };
  const tried = canaryOf(service, context);
  if ('problem' in tried) return { blocked: tried.problem };
  const made = replicasOf(service, network, lease.port, context, tried.canary);
  if ('problem' in made) return { blocked: made.problem };

  const backend = backendItem(evenly(made.served), network, lease.port, context);
  return {
    items: [
      backend,
      ...budgetItems(service, made.replicas.length, context),
      ...made.replicas.flatMap(({ resource, workload, weight }) => [
        workload,
        serverItem(resource, backend, workload, context, weight),
        ...(isRegistered(network) ? [registrationItem(resource, network, workload, context)] : []),
      ]),
    ],
  };
}

/** Where others may take containers away, all but one of several are to be left at any time. */
function budgetItems(service: ServiceResource, replicas: number, { platform }: DesireContext): BudgetItem[] {
  if (!platform.cluster || replicas < 2) return [];
  const owner = resourceKey(service);
  const spec = { available: replicas - 1 };
  return [{ type: 'budget', id: qualified(owner), owner, spec, hash: hashOf(spec), needs: [] }];
}

/** A port of the range of the service's network; nothing while there is no such network. */
export function portClaim(
  service: ServiceResource,
  resolve: DesireContext['resolve'],
): Omit<PortClaim, 'key' | 'held'> | undefined {
  const found = resolve('MCPNetwork', service.metadata.namespace, service.spec.networkRef.name);
  if (!found) return undefined;
  // Resolved by kind, as above.
  const network = found as Resource<MCPNetwork['spec']>;
  const { discovery, dashboard, statistics } = network.spec.ports;
  return {
    network: networkKey(service),
    ...(service.spec.port !== undefined && { declared: service.spec.port }),
    range: serviceRange(network),
    reserved: [discovery, dashboard, statistics],
  };
}

/** The network a service is compiled from. */
export function networkKey(service: ServiceResource): ResourceKey {
  return keyOf('MCPNetwork', service.metadata.namespace, service.spec.networkRef.name);
}

function unknownNetwork(service: ServiceResource, context: DesireContext): string {
  const { origin, spec, metadata } = service;
  const guess = nearest(spec.networkRef.name, context.names('MCPNetwork', metadata.namespace));
  const remedy = guess === undefined ? 'declare one of that name' : `did you mean "${guess}"?`;
  return `${placeOf(origin)} spec.networkRef "${spec.networkRef.name}" names no MCPNetwork; ${remedy}`;
}
