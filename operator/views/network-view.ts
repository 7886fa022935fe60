import type { NetworkView } from '../api/shapes.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { findCondition } from '../core/condition.ts';
import type { ItemRef, Observed } from '../core/item.ts';
import type { Resource } from '../core/resource.ts';
import type { Status } from '../engine/status.ts';
import { instanceViews } from './instance-view.ts';

export interface NetworkParts {
  readonly status: Status;
  /** As it is in force. */
  readonly resource: Resource;
  readonly owned: readonly Observed[];
  readonly lookup: (ref: ItemRef) => Observed | undefined;
  /** Names of drivers whose part of the world cannot be reached. */
  readonly unreachable: { has(driver: string): boolean };
  /** Where ports that the engine binds answer us. */
  readonly remoteHost: string | undefined;
  readonly services: readonly string[];
}

export function networkView(parts: NetworkParts): NetworkView {
  const { status, owned, resource, services } = parts;
  const ready = findCondition(status.conditions, 'Ready');
  return {
    key: status.key,
    name: status.metadata.name,
    namespace: status.metadata.namespace,
    ready: ready?.status ?? 'Unknown',
    message: ready?.message ?? '',
    conditions: status.conditions,
    // Of kind MCPNetwork, so admission has validated it against that schema.
    ...declared(resource.spec as MCPNetwork['spec'], parts),
    instances: instanceViews(owned),
    services,
  };
}

type Declared = Pick<NetworkView, 'frontend' | 'internal' | 'consul' | 'haproxy' | 'ports'>;

function declared(spec: MCPNetwork['spec'], { owned, lookup, unreachable, remoteHost }: NetworkParts): Declared {
  const { networks, discovery, loadBalancer, ports } = spec;
  const balancer = owned.find(({ type }) => type === 'balancer');
  // Where a cluster runs it, in Pods, it has names there.
  const pods = balancer?.fields['readyReplicas'];
  const local = ports.bindAddress === '0.0.0.0' ? '127.0.0.1' : ports.bindAddress;
  const host = remoteHost ?? (pods === undefined ? local : (balancer?.fields['host'] ?? ''));
  const runs = (role: string): boolean =>
    owned.some(({ type, phase, fields }) => type === 'workload' && fields['group'] === role && phase === 'ready');
  const exists = (id: string): boolean => lookup({ type: 'network', id }) !== undefined;
  const { managed, address } = discovery.consul;
  return {
    frontend: { name: networks.frontend.name, exists: exists(networks.frontend.name) },
    internal: { name: networks.internal.name, exists: exists(networks.internal.name) },
    ...(discovery.type === 'consul' && {
      consul: {
        managed,
        address: managed ? `http://${host.replace(/-haproxy\./, '-consul.')}:${ports.discovery}` : (address ?? ''),
        ok: managed ? runs('consul') : !unreachable.has('consul'),
      },
    }),
    haproxy: {
      exposure: loadBalancer.haproxy.exposure,
      ok: (runs('haproxy') || Number(pods ?? 0) > 0) && balancer?.phase === 'ready',
      statistics: `http://${host}:${ports.statistics}/stats`,
    },
    ports: {
      bindAddress: ports.bindAddress,
      services: ports.services,
      discovery: ports.discovery,
      dashboard: ports.dashboard,
      statistics: ports.statistics,
    },
  };
}
