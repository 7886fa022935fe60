import type { MCPNetwork, MCPService } from '../../../schemas/types.ts';
import type { NetworkView, ServiceView } from '../../api/shapes.ts';
import type { Config } from '../../config.ts';
import type { Observed } from '../../core/item.ts';
import { displayKey, type Resource, type ResourceKey } from '../../core/resource.ts';
import { engineHost, isLocalEngine, type Engine } from '../../drivers/docker/client.ts';
import type { Operator } from '../../engine/operator.ts';
import { networkOf } from '../../views/port-registry.ts';
import { showOperator } from '../../views/show.ts';

/** A network as it is validated: with its services, and how to look at them. */
export interface Scene {
  readonly config: Config;
  readonly docker: Engine;
  readonly network: NetworkView;
  readonly spec: MCPNetwork['spec'];
  readonly services: readonly SceneService[];
  /** Where containers of the frontend network reach the services; empty if they do not. */
  readonly balancerHost: string;
  readonly operator: { readonly pid: number; readonly version: string } | undefined;
}

export interface SceneService {
  readonly view: ServiceView;
  readonly name: string;
  readonly spec: MCPService['spec'];
  readonly owned: readonly Observed[];
}

/** What a look has seen, by network. */
export function scenesOf(
  seen: Operator,
  config: Config,
  docker: Engine,
  operator: Scene['operator'],
): readonly Scene[] {
  const isLocal = isLocalEngine(config.dockerHost, process.platform);
  const shown = showOperator(seen, {
    state: config.state,
    version: config.version,
    startedAt: new Date().toISOString(),
    ...(!isLocal && { remoteHost: engineHost(config.dockerHost) }),
  });
  return shown.networks().map((network) => {
    // Of these kinds, so admission has validated them against their schemas.
    const { spec } = seen.inForce(network.key) as Resource<MCPNetwork['spec']>;
    const services = shown.services().flatMap((view): SceneService[] => {
      const resource = seen.inForce(view.key) as Resource<MCPService['spec']> | undefined;
      if (!resource || networkOf(view.key, resource.spec) !== network.key) return [];
      return [{ view, name: displayKey(view.key), spec: resource.spec, owned: seen.observation.owned(view.key) }];
    });
    return { config, docker, network, spec, services, operator, balancerHost: balancerHost(seen, network.key, spec) };
  });
}

/** A balancer on the host's network listens at the gateway of the frontend network, another one stands in it itself. */
function balancerHost(seen: Operator, key: ResourceKey, { networks }: MCPNetwork['spec']): string {
  const haproxy = seen.observation
    .owned(key)
    .find(({ type, phase, fields }) => type === 'workload' && phase === 'ready' && fields['group'] === 'haproxy');
  const address = haproxy?.fields['address'] ?? '';
  if (address !== '127.0.0.1') return address;
  return seen.observation.get({ type: 'network', id: networks.frontend.name })?.fields['gateway'] ?? '';
}
