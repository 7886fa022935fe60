import { join } from 'node:path';
import { identityOf, replicaNumbers } from '../numbers.ts';
import { hashOf } from '../../operator/core/hash.ts';
import { driftFields } from '../../operator/core/drift.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import type {
  BalancerItem,
  DesiredItem,
  Late,
  Need,
  Observed,
  PortMapping,
  WorkloadItem,
  WorkloadSpec,
} from '../../operator/core/item.ts';
import type { BalancerSpec } from '../../operator/core/route-spec.ts';
import { parseDurationMs } from '../../operator/core/quantity.ts';
import { resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import { haproxyImage } from './images.ts';
import { fleetOf } from './fleet.ts';
import { balancerRef, networkId, networkNeed, qualified, reachableHost } from './names.ts';

type NetworkResource = Resource<MCPNetwork['spec']>;

/** The balancer's settings, and the container that runs it. */
export function haproxyItems(network: NetworkResource, context: DesireContext): DesiredItem[] {
  const balancer = balancerItem(network, context);
  // A cluster runs it in several Pods, as part of what the balancer is.
  return context.platform.cluster ? [balancer] : [balancer, haproxyWorkload(network, context)];
}

/** First and last port of the plan's service range, both included. */
export function serviceRange(network: NetworkResource): { first: number; last: number } {
  const [first = 0, last = 0] = network.spec.ports.services.split('-').map(Number);
  return { first, last };
}

/** Where containers of the plan's networks, and agents on this host, reach the balancer. */
export function balancerAddress(network: NetworkResource, context: DesireContext): Late {
  if (context.platform.cluster) return { late: balancerRef(resourceKey(network)), field: 'address' };
  if (usesHostNetwork(network, context))
    return { late: { type: 'network', id: network.spec.networks.frontend.name }, field: 'gateway' };
  const { type, id } = haproxyWorkload(network, context);
  return { late: { type, id }, field: 'address' };
}

function usesHostNetwork(network: NetworkResource, context: DesireContext): boolean {
  const { exposure } = network.spec.loadBalancer.haproxy;
  return exposure === 'auto' ? context.platform.hostNetwork : exposure === 'host';
}

function balancerItem(network: NetworkResource, context: DesireContext): BalancerItem {
  const { ports, networks, loadBalancer } = network.spec;
  const { timeouts } = loadBalancer.haproxy;
  const owner = resourceKey(network);
  const frontend = { type: 'network', id: networkId(network, networks.frontend.name, context) } as const;
  // Containers of the frontend network reach the services at their gateway, which is this host.
  const gateway: Late = { late: frontend, field: 'gateway' };
  const everywhere = ports.bindAddress === '0.0.0.0' || !usesHostNetwork(network, context);
  const spec: BalancerSpec = {
    bindAddresses: everywhere ? ['0.0.0.0'] : [ports.bindAddress, gateway],
    host: reachableHost(network, context),
    ...(context.platform.cluster && { fleet: fleetOf(network, context) }),
    ...(context.platform.remote && { gatewayToken: context.platform.remote.token }),
    statisticsPort: ports.statistics,
    threads: loadBalancer.haproxy.threads,
    timeoutsMs: {
      connect: parseDurationMs(timeouts.connect),
      client: parseDurationMs(timeouts.client),
      server: parseDurationMs(timeouts.server),
      queue: parseDurationMs(timeouts.queue),
      stream: parseDurationMs(timeouts.stream),
    },
  };
  return { ...balancerRef(owner), type: 'balancer', owner, spec, hash: hashOf(spec), needs: [frontend] };
}

function haproxyWorkload(network: NetworkResource, context: DesireContext): WorkloadItem {
  const { ports, networks, loadBalancer } = network.spec;
  const owner = resourceKey(network);
  const hostNetwork = usesHostNetwork(network, context);
  const attached = [networks.frontend.name, networks.internal.name];
  const balancer = balancerRef(owner);
  const spec: WorkloadSpec = {
    images:
      loadBalancer.haproxy.image === undefined
        ? [haproxyImage.official, haproxyImage.local]
        : [loadBalancer.haproxy.image],
    command: ['haproxy', '-W', '-db', '-S', '/etc/mcpnet/master.sock', '-f', '/etc/mcpnet/haproxy.cfg'],
    args: [],
    env: [],
    mounts: [
      {
        kind: context.platform.remote ? 'copy' : 'host',
        source: join(context.platform.stateDirectory, 'haproxy', balancer.id),
        target: '/etc/mcpnet',
        readOnly: false,
      },
    ],
    networks: hostNetwork ? [] : attached,
    hostNetwork,
    publish: hostNetwork ? [] : publishedPorts(network),
    // It makes its sockets in the operator's directory, or in one that the engine made for root.
    user: context.platform.remote ? '0:0' : context.platform.operatorUser,
    memoryBytes: 2 ** 30,
    pids: 256,
    replica: 1,
  };
  const { hash, hashVersion } = identityOf(owner, { scope: context.scope, owner, spec }, context);
  const stem = `${qualified(owner)}-haproxy-${hash.slice(0, 8)}`;
  const existing = context.workloads(owner);
  const [number = 1] = replicaNumbers({ count: 1, stem, spec }, existing);
  const isOverlapping = hostNetwork && existing.some(isDetached);
  return {
    type: 'workload',
    id: `${stem}-${number}`,
    owner,
    spec,
    hash,
    hashVersion,
    needs: [
      balancer,
      ...attached.map((id) => networkNeed(network, id)),
      ...(isOverlapping ? routesToRestore(network, context) : []),
    ],
    probe: {
      kind: 'http',
      port: ports.statistics,
      path: '/health',
      startupTimeoutMs: 60_000,
      address: reachableHost(network, context),
      ...(!context.platform.remote && {
        socket: join(context.platform.stateDirectory, 'haproxy', balancer.id, 'admin.sock'),
      }),
    },
    group: { name: 'haproxy', replicas: 1, maxSurge: isOverlapping ? 1 : 0, exclusive: !isOverlapping },
    requires: {
      variable: 'HAPROXY_VERSION',
      atLeast: '3.0',
      reason: 'BalancerTooOld',
      missing:
        'time-outs per answer (idle event streams would be cut) and events of servers (sessions of a lost replica would reach a stranger)',
    },
  };
}

/**
 * One whose directory was lost cannot be told anything any more and serves on. Both can listen at the same ports, so the
 * other takes over without a gap, once it knows every route that may be in use.
 */
function isDetached({ fields }: Observed): boolean {
  return fields['group'] === 'haproxy' && fields[driftFields.detached] !== undefined;
}

function routesToRestore(network: NetworkResource, context: DesireContext): Need[] {
  const { name, namespace } = network.metadata;
  return context.names('MCPService', namespace).flatMap((each) => {
    // Resolved by kind, and admission has validated it against the schema of that kind.
    const service = context.resolve('MCPService', namespace, each) as Resource<MCPService['spec']> | undefined;
    if (service?.spec.networkRef.name !== name) return [];
    const replicas = context.workloads(resourceKey(service));
    const running = replicas.filter(({ phase }) => phase === 'starting' || phase === 'ready');
    return running.map(({ id }): Need => ({ type: 'server', id }));
  });
}

function publishedPorts(network: NetworkResource): PortMapping[] {
  const { bindAddress, statistics } = network.spec.ports;
  const { first, last } = serviceRange(network);
  const services = Array.from({ length: last - first + 1 }, (_, offset) => first + offset).filter(
    (port) => port !== statistics,
  );
  return [...services, statistics].map((port) => ({ address: bindAddress, hostPort: port, containerPort: port }));
}
