import { identityOf, replicaNumbers } from '../numbers.ts';
import { hashOf } from '../../operator/core/hash.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import type { DesiredItem, ItemRef, VolumeItem, WorkloadItem, WorkloadSpec } from '../../operator/core/item.ts';
import { resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { consulImage } from './images.ts';
import { networkId, networkNeed, qualified, reachableHost } from './names.ts';

type NetworkResource = Resource<MCPNetwork['spec']>;

const httpPort = 8500;

/** The managed Consul and its data, or nothing where an external one is used. */
export function consulItems(network: NetworkResource, context: DesireContext): DesiredItem[] {
  if (!hasOwnConsul(network)) return [];
  const workload = consulWorkload(network, context);
  return keepsData(network, context) ? [dataVolume(network, context), workload] : [workload];
}

/** What a registration needs to be ready; nothing for an external Consul, which answers for itself. */
export function registryNeeds(network: NetworkResource, context: DesireContext): ItemRef[] {
  const workload = hasOwnConsul(network) ? [consulWorkload(network, context)] : [];
  return workload.map(({ type, id }) => ({ type, id }));
}

/** Whether replicas are registered at all. */
export function isRegistered({ spec }: NetworkResource): boolean {
  return spec.discovery.type === 'consul';
}

function hasOwnConsul(network: NetworkResource): boolean {
  return isRegistered(network) && network.spec.discovery.consul.managed;
}

/** A cluster may have nothing that provides volumes. */
function keepsData({ spec }: NetworkResource, { platform }: DesireContext): boolean {
  return !platform.cluster || spec.discovery.consul.storage.type === 'persistent';
}

function consulWorkload(network: NetworkResource, context: DesireContext): WorkloadItem {
  const { networks, ports, discovery } = network.spec;
  const owner = resourceKey(network);
  const { cluster } = context.platform;
  const data = keepsData(network, context) ? dataVolume(network, context) : undefined;
  const attached = [networks.frontend.name, networks.internal.name].map((name) => networkId(network, name, context));
  const spec: WorkloadSpec = {
    images: discovery.consul.image === undefined ? [consulImage.official, consulImage.local] : [discovery.consul.image],
    command: ['consul'],
    // Bound to loopback, so that the address of the raft peer in the volume stays right when the container's changes.
    args: [
      'agent',
      '-server',
      '-bootstrap-expect=1',
      '-ui',
      '-bind=127.0.0.1',
      '-client=0.0.0.0',
      data ? '-data-dir=/consul/data' : '-data-dir=/tmp/consul',
      `-datacenter=${discovery.consul.datacenter}`,
      '-disable-host-node-id',
      '-node=mcpnet',
      '-hcl=performance { raft_multiplier = 1 } disable_update_check = true leave_on_terminate = false',
    ],
    env: [],
    mounts: data ? [{ kind: 'volume', source: data.spec.name, target: '/consul/data', readOnly: false }] : [],
    networks: attached,
    hostNetwork: false,
    // On a cluster a Service leads to it.
    publish: cluster ? [] : [{ address: ports.bindAddress, hostPort: ports.discovery, containerPort: httpPort }],
    // As whom the official image runs it; Docker makes volumes for root.
    user: cluster ? '100:1000' : '0:0',
    memoryBytes: 512 * 2 ** 20,
    pids: 256,
    replica: 1,
  };
  const { hash, hashVersion } = identityOf(owner, { scope: context.scope, owner, spec }, context);
  const stem = `${qualified(owner)}-consul-${hash.slice(0, 8)}`;
  const [number = 1] = replicaNumbers({ count: 1, stem, spec }, context.workloads(owner));
  return {
    type: 'workload',
    id: `${stem}-${number}`,
    owner,
    spec,
    hash,
    hashVersion,
    needs: [
      ...attached.map((each) => networkNeed(network, each)),
      ...(data ? [{ type: 'volume', id: data.id } as const] : []),
    ],
    probe: {
      kind: 'http',
      ...(cluster ? { port: httpPort } : { address: reachableHost(network, context), port: ports.discovery }),
      path: '/v1/agent/self',
      startupTimeoutMs: 60_000,
    },
    group: { name: 'consul', replicas: 1, maxSurge: 0, exclusive: true },
  };
}

function dataVolume(network: NetworkResource, context: DesireContext): VolumeItem {
  const owner = resourceKey(network);
  const name = `${context.scope}-${qualified(owner)}-consul-data`;
  const spec = { name };
  return { type: 'volume', id: name, owner, spec, hash: hashOf(spec), needs: [] };
}
