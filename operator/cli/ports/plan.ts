import { mcpService } from '../../../controllers/mcpservice/index.ts';
import { endpointPath } from '../../../controllers/mcpservice/workloads.ts';
import type { Config } from '../../config.ts';
import { leasePorts } from '../../core/port-lease.ts';
import { resourceKey, keyOf, type ResourceKey } from '../../core/resource.ts';
import { networkOf, plannedNetwork } from '../../views/port-registry.ts';
import type { PlannedNetwork } from '../../views/port-view.ts';
import { readDeclared } from '../declared.ts';

/** The ports that manifests declare, whatever runs. */
export interface PortPlan {
  readonly networks: readonly PlannedNetwork[];
  readonly services: readonly PlannedService[];
}

export interface PlannedService {
  readonly key: ResourceKey;
  readonly network: ResourceKey;
  readonly transport: string;
  readonly path: string;
  /** Absent where the service is given one when it is first seen. */
  readonly port?: number;
  /** Why it cannot have the port that it declares. */
  readonly problem?: string;
}

/** Reads nothing but the manifests: the same manifests give the same plan on every machine. */
export async function readPlan(config: Pick<Config, 'manifests'>): Promise<PortPlan> {
  const declared = await readDeclared(config);
  const claims = [...declared.services.values()].flatMap((service) => {
    if (service.spec.port === undefined) return [];
    const claim = mcpService.portClaim?.(service, (kind, namespace, name) =>
      declared.networks.get(keyOf(kind, namespace, name)),
    );
    return claim ? [{ ...claim, key: resourceKey(service) }] : [];
  });
  const leases = leasePorts(claims);
  return {
    networks: [...declared.networks.values()].map(plannedNetwork),
    services: [...declared.services].map(([key, { spec }]) => {
      const lease = leases.get(key);
      return {
        key,
        network: networkOf(key, spec),
        transport: spec.transport,
        path: endpointPath(spec),
        ...(lease && ('port' in lease ? { port: lease.port } : { problem: lease.problem.message })),
      };
    }),
  };
}
