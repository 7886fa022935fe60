import { hashOf } from '../../operator/core/hash.ts';
import type { Desire, DesireContext } from '../../operator/core/kind.ts';
import type { DesiredItem, NetworkItem, VolumeItem } from '../../operator/core/item.ts';
import { placeOf, resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { consulItems } from './consul.ts';
import { haproxyItems, serviceRange } from './haproxy.ts';
import { bridgeVolume, networkId } from './names.ts';

type NetworkResource = Resource<MCPNetwork['spec']>;

/** Two networks, the bridge's volume, Consul with its data, HAProxy with its settings. */
export function desireNetwork(network: NetworkResource, context: DesireContext): Desire {
  const { first, last } = serviceRange(network);
  if (first > last) {
    return {
      blocked: {
        reason: 'InvalidPortRange',
        message: `${placeOf(network.origin)} spec.ports.services "${first}-${last}" ends before it begins`,
      },
    };
  }
  const items: DesiredItem[] = [
    ...networkItems(network, context),
    // Where each workload has a copy of its own there is none to share.
    ...(context.platform.cluster ? [] : [bridgeVolumeItem(network, context)]),
    ...consulItems(network, context),
    ...haproxyItems(network, context),
  ];
  return { items };
}

function networkItems(network: NetworkResource, context: DesireContext): NetworkItem[] {
  const { frontend, internal } = network.spec.networks;
  const specs = [
    { name: frontend.name, internal: false, adopt: true },
    { name: internal.name, internal: internal.internal, adopt: false },
  ];
  return specs.map((spec) => ({
    type: 'network',
    id: networkId(network, spec.name, context),
    owner: resourceKey(network),
    spec,
    hash: hashOf(spec),
    needs: [],
  }));
}

function bridgeVolumeItem(network: NetworkResource, context: DesireContext): VolumeItem {
  const { bridgeImage } = context.platform;
  const name = bridgeVolume(context.scope, bridgeImage);
  const spec = { name, content: { image: bridgeImage, mountPath: '/mcpnet' } };
  return { type: 'volume', id: name, owner: resourceKey(network), spec, hash: hashOf(spec), needs: [] };
}
