import type { MCPNetwork } from '../schemas/types.ts';
import { resourceKey, type Resource } from './core/resource.ts';
import type { Endpoint } from './drivers/consul/registry.ts';
import type { Store } from './engine/store.ts';
import type { Secrets } from './ports/secrets.ts';

/** Where the Consul of each declared network answers, by the network's key. */
export function registryEndpoints(
  store: Store,
  secrets: Secrets,
  remoteHost: string | undefined,
): ReadonlyMap<string, Endpoint> {
  const networks = store.ofKind('MCPNetwork') as Resource<MCPNetwork['spec']>[];
  return new Map(
    networks.map((network) => {
      const { discovery, ports } = network.spec;
      const { managed, address, tokenFrom, datacenter } = discovery.consul;
      const host = remoteHost ?? (ports.bindAddress === '0.0.0.0' ? '127.0.0.1' : ports.bindAddress);
      const token = tokenFrom && secrets.value(tokenFrom.secret, tokenFrom.key, network.metadata.namespace);
      return [
        resourceKey(network),
        {
          address: managed ? `http://${host}:${ports.discovery}` : (address ?? ''),
          datacenter,
          ...(token !== undefined && { token }),
        },
      ];
    }),
  );
}
