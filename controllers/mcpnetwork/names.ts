import type { ItemRef } from '../../operator/core/item.ts';
import type { ResourceKey } from '../../operator/core/resource.ts';
import { parseKey } from '../../operator/core/resource.ts';

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
