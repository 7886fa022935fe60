import { identityOf, replicaNumbers } from '../numbers.ts';
import { hashOf } from '../../operator/core/hash.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import type { DesiredItem, ItemRef, VolumeItem, WorkloadItem, WorkloadSpec } from '../../operator/core/item.ts';
import { resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork } from '../../schemas/types.ts';
import { consulImage } from './images.ts';
import { networkNeed, qualified, reachableHost } from './names.ts';

type NetworkResource = Resource<MCPNetwork['spec']>;

const httpPort = 8500;

/** The managed Consul and its data, or nothing where an external one is used. */
export function consulItems(network: NetworkResource, context: DesireContext): DesiredItem[] {
  const { consul } = network.spec.discovery;
  return consul.managed ? [dataVolume(network, context), consulWorkload(network, context)] : [];
}

/** What a registration needs to be ready; nothing for an external Consul, which answers for itself. */
export function registryNeeds(network: NetworkResource, context: DesireContext): ItemRef[] {
  const workload = network.spec.discovery.consul.managed ? [consulWorkload(network, context)] : [];
  return workload.map(({ type, id }) => ({ type, id }));
}

function consulWorkload(network: NetworkResource, context: DesireContext): WorkloadItem {
  const { networks, ports, discovery } = network.spec;
  const owner = resourceKey(network);
  const data = dataVolume(network, context);
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
      '-data-dir=/consul/data',
      `-datacenter=${discovery.consul.datacenter}`,
      '-disable-host-node-id',
      '-node=mcpnet',
      '-hcl=performance { raft_multiplier = 1 } disable_update_check = true leave_on_terminate = false',
    ],
    env: [],
    mounts: [{ kind: 'volume', source: data.spec.name, target: '/consul/data', readOnly: false }],
    networks: [networks.frontend.name, networks.internal.name],
    hostNetwork: false,
    publish: [{ address: ports.bindAddress, hostPort: ports.discovery, containerPort: httpPort }],
    user: '0:0',
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
      networkNeed(network, networks.frontend.name),
      networkNeed(network, networks.internal.name),
      { type: 'volume', id: data.id },
    ],
    probe: {
      kind: 'http',
      address: reachableHost(network, context),
      port: ports.discovery,
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
