import { findCondition, settleConditions, type Condition } from '../../operator/core/condition.ts';
import { diff } from '../../operator/core/diff.ts';
import type { Fault } from '../../operator/core/fault.ts';
import { hashOf } from '../../operator/core/hash.ts';
import { itemKey, type DesiredItem, type Observed } from '../../operator/core/item.ts';
import type { Desire, Verdict } from '../../operator/core/kind.ts';
import { bind } from '../../operator/core/bind.ts';
import { resourceKey } from '../../operator/core/resource.ts';
import { resourceOf, service, type Manifest } from '../fakes/manifests.ts';
import { desire, kindOf } from './context.ts';

type World = Map<string, Observed>;

/** The world once everything desired exists and serves. */
function settled(desired: Desire): World {
  const world: World = new Map();
  const outside = ['balancer/default', 'volume/mcpnet-bridge-1.0.0', 'network/mcp-internal', 'network/sutazai-network'];
  for (const key of outside) world.set(key, observedAs(key.split('/') as [Observed['type'], string]));
  for (const item of 'items' in desired ? desired.items : []) world.set(itemKey(item), observe(item, world));
  return world;
}

function observedAs([type, id]: [Observed['type'], string]): Observed {
  return {
    type,
    id,
    owner: 'x',
    hash: '',
    phase: 'ready',
    fields: type === 'balancer' ? { host: '127.0.0.1' } : type === 'network' ? { gateway: '10.0.0.254' } : {},
  };
}

function observe(item: DesiredItem, world: World): Observed {
  const bound = bind(item, (ref) => world.get(itemKey(ref)));
  const fields: Record<string, string> =
    item.type === 'network'
      ? { gateway: '10.0.0.254' }
      : item.type === 'workload'
        ? {
            address: '10.0.0.1',
            instance: 'i1',
            serverName: 'tiny',
            serverVersion: '1',
            protocolVersion: '2025-11-25',
            capabilities: 'tools,logging',
            tools: '3',
          }
        : {};
  return {
    type: item.type,
    id: item.id,
    owner: item.owner,
    hash: 'bound' in bound ? bound.bound.hash : hashOf(item.spec),
    phase: 'ready',
    fields,
    ...(item.workload !== undefined && { workload: item.workload }),
  };
}

interface Scene {
  readonly manifest?: Manifest;
  readonly desired?: Desire;
  /** Changes the settled world. */
  readonly change?: (world: World) => void;
  readonly fault?: (item: DesiredItem) => Fault | undefined;
  /** Items that are being created. */
  readonly busy?: (item: DesiredItem) => boolean;
}

export function assess({
  manifest = service('files', { replicas: 2 }),
  desired = desire(manifest),
  change,
  fault,
  busy = () => false,
}: Scene): Verdict {
  const resource = resourceOf(manifest);
  const world = settled(desired);
  // A network is needed by Consul even if it is foreign; registrations of a service need the Consul of its network.
  for (const item of 'items' in desired ? desired.items : [])
    for (const need of item.needs)
      if (!world.has(itemKey(need))) world.set(itemKey(need), observedAs([need.type, need.id]));
  change?.(world);
  const items = 'items' in desired ? desired.items : [];
  const faults = new Map(
    items.flatMap((item) => {
      const found = fault?.(item);
      return found ? [[itemKey(item), found] as const] : [];
    }),
  );
  const underWay = new Map(
    items.filter(busy).map((item) => [itemKey(item), { verb: 'create' as const, item, cause: 'does not exist' }]),
  );
  const lookup = (ref: { type: string; id: string }): Observed | undefined => world.get(`${ref.type}/${ref.id}`);
  const owned = [...world.values()].filter(({ owner }) => owner === resourceKey(resource));
  const plan =
    'blocked' in desired
      ? { key: '', actions: [], waits: [] }
      : diff({ key: resourceKey(resource), desired: items, owned, lookup, busy: underWay, nowMs: 0 });
  return kindOf(manifest).assess(resource, { desire: desired, plan, lookup, owned, faults });
}

export function told(verdict: Verdict): Record<string, string> {
  const conditions: Condition[] = settleConditions(verdict.conditions, [], 1, 0);
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

export function message(verdict: Verdict, type: string): string {
  return findCondition(settleConditions(verdict.conditions, [], 1, 0), type)?.message ?? '';
}

export function alter(type: string, change: (item: Observed) => Observed | undefined, most = Infinity) {
  return (world: World): void => {
    let left = most;
    for (const [key, item] of world) {
      if (item.type !== type || left-- <= 0) continue;
      const changed = change(item);
      if (changed) world.set(key, changed);
      else world.delete(key);
    }
  };
}
