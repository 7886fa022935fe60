import { kinds } from '../../controllers/index.ts';
import { hashVersions } from '../../operator/core/hash.ts';
import type { DesiredItem, ItemType } from '../../operator/core/item.ts';
import type { Desire, DesireContext, Kind } from '../../operator/core/kind.ts';
import { keyOf, resourceKey, type Resource } from '../../operator/core/resource.ts';
import { network, resourceOf, type Manifest } from '../fakes/manifests.ts';

/** Secrets by name and key; what controllers see of them is a digest. */
export const secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  github: { token: 'd1', user: 'd2' },
};

export function contextFor(resources: readonly Resource[], more: Partial<DesireContext> = {}): DesireContext {
  const byKey = new Map(resources.map((resource) => [resourceKey(resource), resource]));
  return {
    scope: 'mcpnet',
    platform: {
      hostNetwork: true,
      operatorUser: '1000:1000',
      stateDirectory: '/state',
      bridgeImage: 'mcpnet/bridge:1.0.0',
    },
    resolve: (kind, namespace, name) => byKey.get(keyOf(kind, namespace, name)),
    names: (kind, namespace) =>
      resources
        .filter((each) => each.kind === kind && each.metadata.namespace === namespace)
        .map(({ metadata }) => metadata.name),
    port: () => ({ port: 11_105 }),
    secret: (name) => (secrets[name] ? new Map(Object.entries(secrets[name])) : undefined),
    workloads: () => [],
    hashVersions,
    rollout: () => ({ drained: [] }),
    ...more,
  };
}

export function kindOf(manifest: Manifest): Kind<unknown> {
  const kind = kinds.find((each) => each.kind === manifest['kind']);
  if (!kind) throw new Error(`no such kind: ${String(manifest['kind'])}`);
  return kind;
}

/** Compiles a manifest beside a default network. */
export function desire(
  manifest: Manifest,
  others: readonly Manifest[] = [network()],
  more: Partial<DesireContext> = {},
): Desire {
  const resource = resourceOf(manifest);
  return kindOf(manifest).desire(resource, contextFor([resource, ...others.map((each) => resourceOf(each))], more));
}

export function itemsOf(...input: Parameters<typeof desire>): readonly DesiredItem[] {
  const desired = desire(...input);
  if ('blocked' in desired) throw new Error(desired.blocked.message);
  return desired.items;
}

export function only<Type extends ItemType>(
  items: readonly DesiredItem[],
  type: Type,
): Extract<DesiredItem, { type: Type }>[] {
  return items.filter((item): item is Extract<DesiredItem, { type: Type }> => item.type === type);
}

export function first<Type extends ItemType>(
  items: readonly DesiredItem[],
  type: Type,
): Extract<DesiredItem, { type: Type }> {
  const [item] = only(items, type);
  if (!item) throw new Error(`there is no ${type}`);
  return item;
}
