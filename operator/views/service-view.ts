import type { ServiceView } from '../api/shapes.ts';
import type { MCPService } from '../../schemas/types.ts';
import { findCondition } from '../core/condition.ts';
import type { Observed } from '../core/item.ts';
import type { Resource } from '../core/resource.ts';
import type { OperatorEvent } from '../core/operator-event.ts';
import type { Status } from '../engine/status.ts';
import type { TrafficBook } from '../ports/traffic.ts';
import { instanceViews } from './instance-view.ts';

export interface ServiceParts {
  readonly status: Status;
  /** As it is in force; undefined if no version of its manifest was ever valid. */
  readonly resource: Resource | undefined;
  readonly owned: readonly Observed[];
  readonly lastChange: OperatorEvent | undefined;
  readonly traffic: TrafficBook | undefined;
}

export function serviceView({ status, resource, owned, lastChange, traffic }: ServiceParts): ServiceView {
  // Of kind MCPService, so admission has validated it against that schema.
  const spec = resource?.spec as MCPService['spec'] | undefined;
  const ready = findCondition(status.conditions, 'Ready');
  const measured = traffic?.service(status.key);
  return {
    key: status.key,
    name: status.metadata.name,
    namespace: status.metadata.namespace,
    labels: status.metadata.labels,
    ...(spec && { network: spec.networkRef.name, transport: spec.transport }),
    ready: ready?.status ?? 'Unknown',
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
    replicas: status.replicas,
    readyReplicas: status.readyReplicas,
    ...(status.revision !== undefined && { revision: status.revision }),
    generation: status.observedGeneration,
    ...(status.port !== undefined && { port: status.port }),
    ...(status.address && { url: status.address.url }),
    ...(status.serverInfo && { serverInfo: status.serverInfo }),
    since: status.since,
    conditions: status.conditions,
    instances: instanceViews(owned, traffic),
    ...(measured && { traffic: measured }),
    ...(lastChange && {
      lastChange: { at: lastChange.lastSeen, reason: lastChange.reason, message: lastChange.message },
    }),
  };
}
