import type { MCPNetwork } from '../schemas/types.ts';
import { resourceKey, type Resource } from './core/resource.ts';
import type { Endpoint } from './drivers/consul/registry.ts';
import type { Store } from './engine/store.ts';
import type { Secrets } from './ports/secrets.ts';

/**
 * Where the Consul of each declared network answers, by the network's key. One that is used no more is looked into for as
 * long as its address is named: what was registered there goes.
 * @param managedAt base URL of a network's own Consul, where that is not a port of this machine
 */
export function registryEndpoints(
  store: Store,
  secrets: Secrets,
  remoteHost: string | undefined,
  managedAt?: (network: Resource<MCPNetwork['spec']>) => string,
): ReadonlyMap<string, Endpoint> {
  const networks = store.ofKind('MCPNetwork') as Resource<MCPNetwork['spec']>[];
  const registering = networks.filter(
    ({ spec: { discovery } }) => discovery.type === 'consul' || discovery.consul.address !== undefined,
  );
  return new Map(
    registering.map((network) => {
      const { discovery, ports } = network.spec;
      const { managed, address, tokenFrom, datacenter } = discovery.consul;
      const host = remoteHost ?? (ports.bindAddress === '0.0.0.0' ? '127.0.0.1' : ports.bindAddress);
      const token = tokenFrom && secrets.value(tokenFrom.secret, tokenFrom.key, network.metadata.namespace);
      return [
        resourceKey(network),
        {
          address:
            managed && discovery.type === 'consul'
              ? (managedAt?.(network) ?? `http://${host}:${ports.discovery}`)
              : (address ?? ''),
          datacenter,
          ...(token !== undefined && { token }),
        },
      ];
    }),
  );
}
