import type { Gateway, ItemRef, Need } from '../../operator/core/item.ts';
import type { ClusterFacts, DesireContext } from '../../operator/core/kind.ts';
import { parseKey, resourceKey, type Resource, type ResourceKey } from '../../operator/core/resource.ts';
import type { MCPNetwork } from '../../schemas/types.ts';

/** Ids of a network's items that services refer to. One place, so that both kinds agree. */
export function balancerRef(network: ResourceKey): ItemRef {
  return { type: 'balancer', id: qualified(network) };
}

/** The volume that carries the bridge and its runtime. One per scope and bridge image, whatever networks there are. */
export function bridgeVolume(scope: string, bridgeImage: string): string {
  return `${scope}-bridge-${bridgeImage.split(':').at(-1) ?? 'latest'}`;
}

/** `name` in the default namespace, else `namespace.name`: the stem of every id. */
export function qualified(key: ResourceKey): string {
  const { namespace, name } = parseKey(key);
  return namespace === 'default' ? name : `${namespace}.${name}`;
}

/** Id of one of its networks. On one engine names mean the same for all; on a cluster each namespace has networks of its own. */
export function networkId(network: Resource<MCPNetwork['spec']>, name: string, { platform }: DesireContext): string {
  const { namespace } = network.metadata;
  return platform.cluster && namespace !== 'default' ? `${namespace}.${name}` : name;
}

/** Only the frontend network may be somebody else's: what is on the internal one must reach nothing outside. */
export function networkNeed(network: Resource<MCPNetwork['spec']>, id: string): Need {
  return { type: 'network', id, ...(id !== network.spec.networks.frontend.name && { ours: true }) };
}

/** Where ports that the engine binds answer the operator and the clients beside it. */
export function reachableHost(network: Resource<MCPNetwork['spec']>, context: DesireContext): string {
  if (context.platform.remote) return context.platform.remote.host;
  if (context.platform.cluster) {
    const { name, namespace } = serviceName(resourceKey(network), context.platform.cluster);
    return `${name}-haproxy.${namespace}.svc`;
  }
  const { bindAddress } = network.spec.ports;
  return bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress;
}

/** Names under which a cluster's DNS knows the Service of a resource (Kubernetes, "DNS for Services and Pods"). */
export function clusterHosts(key: ResourceKey, { platform: { cluster } }: DesireContext): string[] {
  if (!cluster) return [];
  const { name, namespace } = serviceName(key, cluster);
  const place = `${name}.${namespace}`;
  return [name, place, `${place}.svc`, `${place}.svc.cluster.local`];
}

/** Where all share a namespace, the name tells whose it is. */
function serviceName(key: ResourceKey, { namespace }: ClusterFacts): { name: string; namespace: string } {
  const own = parseKey(key);
  return namespace === undefined ? own : { name: qualified(key).replaceAll('.', '-'), namespace };
}

/** The way to containers where they are out of reach; nothing where they are not. */
export function gatewayOf(network: Resource<MCPNetwork['spec']>, context: DesireContext): { gateway?: Gateway } {
  const { remote } = context.platform;
  return remote
    ? { gateway: { url: `http://${remote.host}:${network.spec.ports.statistics}`, token: remote.token } }
    : {};
}
