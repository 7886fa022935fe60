import { balancerRef, clusterHosts, qualified } from '../mcpnetwork/names.ts';
import { registryNeeds } from '../mcpnetwork/consul.ts';
import { balancerAddress } from '../mcpnetwork/haproxy.ts';
import { hashOf } from '../../operator/core/hash.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import type { BackendItem, ItemRef, RegistrationItem, ServerItem, WorkloadItem } from '../../operator/core/item.ts';
import type {
  BackendSpec,
  CheckSpec,
  LimitSpec,
  RegistrationSpec,
  ServerSpec,
} from '../../operator/core/route-spec.ts';
import { parseDurationMs } from '../../operator/core/quantity.ts';
import { resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import { endpointPath } from './workloads.ts';

type ServiceResource = Resource<MCPService['spec']>;
type NetworkResource = Resource<MCPNetwork['spec']>;

/** How far a registry may lag behind the balancer. */
const registryLagMs = 800;

/** The service's listener. It needs no replica: without one it answers 503 and says so. */
export function backendItem(
  service: ServiceResource,
  network: NetworkResource,
  port: number,
  context: DesireContext,
): BackendItem {
  const { spec } = service;
  const owner = resourceKey(service);
  const balancer = balancerRef(resourceKey(network));
  const backend: BackendSpec = {
    balancer: balancer.id,
    port,
    path: endpointPath(spec),
    algorithm: spec.loadBalancing.algorithm === 'weighted' ? 'roundrobin' : spec.loadBalancing.algorithm,
    affinity: affinity(spec),
    check: check(spec),
    access: { origins: spec.allowedOrigins, hosts: [...spec.allowedHosts, ...clusterHosts(owner, context)] },
    limits: limits(spec),
    ...(spec.hostHeader === 'rewrite' && { hostHeader: `localhost:${spec.mcpPort}` }),
  };
  return { type: 'backend', id: qualified(owner), owner, spec: backend, hash: hashOf(backend), needs: [balancer] };
}

/** The place of a replica in its listener. Address and instance are known once the container runs. */
export function serverItem(
  service: ServiceResource,
  backend: BackendItem,
  workload: WorkloadItem,
  context: DesireContext,
  weight: number,
): ServerItem {
  const { spec } = service;
  const { intervalMs, fall, rise } = backend.spec.check;
  const server: ServerSpec = {
    balancer: backend.spec.balancer,
    backend: backend.id,
    instance: { late: refOf(workload), field: 'instance' },
    address: { late: refOf(workload), field: 'address' },
    port: spec.mcpPort,
    weight,
    check: { intervalMs, fall, rise },
    ...(spec.limits.maxRequests !== undefined && { maxRequests: spec.limits.maxRequests }),
    drainTimeoutMs: parseDurationMs(spec.rollout.drainTimeout),
    countsSessions: spec.transport === 'stdio' && !context.platform.remote,
  };
  return {
    type: 'server',
    id: workload.id,
    owner: workload.owner,
    spec: server,
    hash: hashOf(server),
    needs: [refOf(backend), refOf(workload)],
    workload: workload.id,
  };
}

/** How a replica stands in Consul: found by name, tag and metadata, checked by Consul itself. */
export function registrationItem(
  service: ServiceResource,
  network: NetworkResource,
  workload: WorkloadItem,
  context: DesireContext,
): RegistrationItem {
  const { spec, metadata } = service;
  const registration: RegistrationSpec = {
    registry: resourceKey(network),
    service: metadata.name,
    address: { late: refOf(workload), field: 'address' },
    port: spec.mcpPort,
    tags: [
      'mcp',
      spec.transport,
      ...spec.capabilities,
      ...(spec.version === undefined ? [] : [`version-${spec.version}`]),
    ],
    meta: {
      namespace: metadata.namespace,
      transport: spec.transport,
      path: endpointPath(spec),
      port: String(workload.leasedPort ?? ''),
      protocol: { late: refOf(workload), field: 'protocolVersion' },
      ...(spec.version !== undefined && { version: spec.version }),
      ...(spec.capabilities.length > 0 && { capabilities: spec.capabilities.join(',') }),
    },
    check: {
      address: balancerAddress(network, context),
      port: network.spec.ports.statistics,
      backend: qualified(workload.owner),
      instance: { late: refOf(workload), field: 'instance' },
      intervalMs: registryLagMs,
      timeoutMs: 2_000,
    },
  };
  return {
    type: 'registration',
    id: workload.id,
    owner: workload.owner,
    spec: registration,
    hash: hashOf(registration),
    needs: [...registryNeeds(network, context), refOf(workload)],
    workload: workload.id,
  };
}

function refOf({ type, id }: ItemRef): ItemRef {
  return { type, id };
}

function affinity({ sessionAffinity, transport }: MCPService['spec']): BackendSpec['affinity'] {
  switch (sessionAffinity) {
    case 'ClientIP':
      return 'address';
    case 'None':
      return 'none';
    case 'SessionID':
    case 'Auto':
      return transport === 'sse' ? 'endpoint' : 'session';
  }
}

function limits({ limits: { maxConnections, queueTimeout, rateLimit } }: MCPService['spec']): LimitSpec {
  return {
    ...(maxConnections !== undefined && { maxConnections }),
    ...(queueTimeout !== undefined && { queueTimeoutMs: parseDurationMs(queueTimeout) }),
    ...(rateLimit && { rate: { requests: rateLimit.requests, periodMs: parseDurationMs(rateLimit.period) } }),
  };
}

function healthPath(spec: MCPService['spec']): string | undefined {
  if (spec.transport === 'stdio' && spec.healthCheck.type !== 'tcp') return '/health';
  return spec.healthCheck.type === 'http' ? spec.healthCheck.path : undefined;
}

function check(spec: MCPService['spec']): CheckSpec {
  const timing = {
    intervalMs: parseDurationMs(spec.healthCheck.interval),
    timeoutMs: parseDurationMs(spec.healthCheck.timeout),
    fall: spec.healthCheck.failureThreshold,
    rise: spec.healthCheck.successThreshold,
  };
  const http = healthPath(spec);
  if (http !== undefined) return { ...timing, kind: 'http', path: http };
  if (spec.healthCheck.type === 'tcp') return { ...timing, kind: 'tcp' };
  return { ...timing, kind: spec.transport === 'sse' ? 'sse' : 'mcp', path: endpointPath(spec) };
}
