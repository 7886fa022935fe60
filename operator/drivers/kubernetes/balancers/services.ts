import type { Furniture, Listener } from '../../../ports/balancer-cluster.ts';
import type { KubeObject } from '../../../cluster/objects.ts';
import { label, ownerLabels } from '../labels.ts';
import type { Placement } from '../naming.ts';
import { balancerMetadata, balancerPods, listenerMetadata, registryMetadata } from './labels.ts';

export interface ServiceObject extends KubeObject {
  readonly spec?: { readonly clusterIP?: string };
}

const httpPort = 80;

/** The address of a balancer, with every port of its plan that is in use. */
export function balancerService(scope: string, placement: Placement, furniture: Furniture): ServiceObject {
  const { balancer, owner, fleet, statisticsPort, listeners } = furniture;
  const metadata = balancerMetadata(scope, placement, owner, balancer);
  const ports = [statisticsPort, ...listeners.map(({ port }) => port)];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, annotations: { ...fleet.service.annotations, ...metadata.annotations } },
    spec: {
      type: fleet.service.type,
      selector: balancerPods(scope, balancer),
      ports: ports.map((port) => portOf(port === statisticsPort ? 'statistics' : `mcp-${port}`, port, port)),
    },
  } as ServiceObject;
}

/** The address of one service: `http://NAME.NAMESPACE.svc/mcp`, and the port that it has everywhere. */
export function listenerService(
  scope: string,
  placement: Placement,
  balancer: string,
  listener: Listener,
): ServiceObject {
  const { port } = listener;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: listenerMetadata(scope, placement, listener, balancer),
    spec: {
      type: 'ClusterIP',
      selector: balancerPods(scope, balancer),
      ports: [portOf('http', httpPort, port), ...(port === httpPort ? [] : [portOf('mcp', port, port)])],
    },
  } as ServiceObject;
}

/** The address of a network's own Consul. */
export function registryService(
  scope: string,
  placement: Placement,
  { balancer, owner }: Furniture,
  { port, targetPort }: NonNullable<Furniture['fleet']['registry']>,
): ServiceObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: registryMetadata(scope, placement, owner, balancer),
    spec: {
      type: 'ClusterIP',
      selector: { ...ownerLabels(scope, owner), [label.role]: 'consul' },
      ports: [portOf('http', port, targetPort)],
    },
  } as ServiceObject;
}

function portOf(name: string, port: number, targetPort: number): object {
  return { name, port, targetPort, protocol: 'TCP' };
}
