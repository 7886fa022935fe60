import { bind } from '../../../operator/core/bind.ts';
import { hashOf } from '../../../operator/core/hash.ts';
import type {
  BackendItem,
  BalancerItem,
  DesiredItem,
  ItemRef,
  Observed,
  ServerItem,
} from '../../../operator/core/item.ts';
import type { BoundBalancer, BoundServer, Model } from '../../../operator/drivers/haproxy/model.ts';
import { desiredItems } from '../desired.ts';

export interface BalancerItems {
  readonly balancer: BalancerItem;
  readonly backends: readonly BackendItem[];
  readonly servers: readonly ServerItem[];
}

const apiVersion = 'mcpnet.io/v1alpha1';
const firstPort = 11_100;

/** What HAProxy is given for so many services, compiled by the operator's own controllers, late values invented. */
export function balancerItems(services: number, replicas: number): BalancerItems {
  const network = {
    apiVersion,
    kind: 'MCPNetwork',
    metadata: { name: 'default' },
    spec: { ports: { services: `${firstPort}-${firstPort + services - 1}` } },
  };
  const declared = Array.from({ length: services }, (_, index) => ({
    apiVersion,
    kind: 'MCPService',
    metadata: { name: `service-${String(index).padStart(5, '0')}` },
    spec: { image: 'tiny', transport: 'streamable-http', mcpPort: 3000, port: firstPort + index, replicas },
  }));
  const items = desiredItems({ network, services: declared, scope: 'bench', stateDirectory: '/' })
    .filter(({ type }) => type === 'balancer' || type === 'backend' || type === 'server')
    .map(bound);
  const [balancer] = items.filter((item) => item.type === 'balancer');
  if (!balancer) throw new Error('the network has no balancer');
  return {
    balancer,
    backends: items.filter((item) => item.type === 'backend'),
    servers: items.filter((item) => item.type === 'server'),
  };
}

export function modelOf({ balancer, backends, servers }: BalancerItems): Model {
  return {
    // Bound above: late values have become strings.
    balancer: { ...entryOf(balancer), spec: balancer.spec as BoundBalancer },
    backends: new Map(backends.map((item) => [item.id, { ...entryOf(item), spec: item.spec }])),
    servers: new Map(
      servers.map((item) => [
        item.id,
        { ...entryOf(item), workload: item.workload ?? item.id, spec: item.spec as BoundServer },
      ]),
    ),
  };
}

function entryOf({ id, owner, hash }: DesiredItem): Pick<DesiredItem, 'id' | 'owner' | 'hash'> {
  return { id, owner, hash };
}

function bound(item: DesiredItem): DesiredItem {
  const result = bind(item, invented);
  if ('unbound' in result) throw new Error(`${item.id} has a late value that the bench does not know`);
  return result.bound;
}

function invented({ type, id }: ItemRef): Observed {
  const digest = hashOf(id);
  const fields = {
    gateway: '172.18.0.1',
    address: `10.${[0, 2, 4].map((at) => Number.parseInt(digest.slice(at, at + 2), 16)).join('.')}`,
    instance: `${digest.slice(0, 8)}-${hashOf(digest).slice(0, 6)}`,
  };
  return { type, id, owner: '', hash: '', phase: 'ready', fields };
}
