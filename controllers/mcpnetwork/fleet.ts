import type { DesireContext } from '../../operator/core/kind.ts';
import type { FleetSpec } from '../../operator/core/route-spec.ts';
import type { Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { haproxyImage } from './images.ts';
import { networkId } from './names.ts';

const defaultReplicas = 2;
/** In order of preference: a port plan may have given the first to something else. */
const agentPorts = [11_098, 11_097, 11_096, 11_095, 11_094];
const consulPort = 8500;

/** How a cluster runs the balancer of a network. */
export function fleetOf(network: Resource<MCPNetwork['spec']>, context: DesireContext): FleetSpec {
  const { loadBalancer, networks, discovery, ports } = network.spec;
  const { haproxy, service } = loadBalancer;
  return {
    image: haproxy.image ?? haproxyImage.official,
    agentImage: context.platform.bridgeImage,
    agentPort: agentPortOf(network.spec),
    replicas: haproxy.replicas ?? defaultReplicas,
    memoryBytes: 2 ** 30,
    networks: [networks.frontend.name, networks.internal.name].map((name) => networkId(network, name, context)),
    service: { type: service.type, annotations: service.annotations },
    ...(discovery.type === 'consul' &&
      discovery.consul.managed && { registry: { port: ports.discovery, targetPort: consulPort } }),
  };
}

function agentPortOf({ ports }: MCPNetwork['spec']): number {
  const [first = 0, last = 0] = ports.services.split('-').map(Number);
  const taken = (port: number): boolean => port === ports.statistics || (port >= first && port <= last);
  return agentPorts.find((port) => !taken(port)) ?? 1024;
}
