import type { DesireContext } from '../../operator/core/kind.ts';
import type { WorkloadItem } from '../../operator/core/item.ts';
import type { Problem } from '../../operator/core/problem.ts';
import type { Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork, MCPService } from '../../schemas/types.ts';
import type { Canary } from './canary.ts';
import { canaryWeights, replicaWeights } from './weights.ts';
import { workloadItems } from './workloads.ts';

type ServiceResource = Resource<MCPService['spec']>;

/** A container, the revision that it runs, and its weight among the others. */
export interface Replica {
  readonly resource: ServiceResource;
  readonly workload: WorkloadItem;
  readonly weight: number;
}

type Made = { readonly replicas: readonly Replica[]; readonly served: ServiceResource };

/** The replicas of a service, and of what is tried beside it; `served` is the revision that its listener is made for. */
export function replicasOf(
  service: ServiceResource,
  network: Resource<MCPNetwork['spec']>,
  port: number,
  context: DesireContext,
  canary: Canary | undefined,
): Made | { readonly problem: Problem } {
  const { replicas } = service.spec;
  const total = replicas + (canary?.replicas ?? 0);
  const made = workloadItems(service, network, port, context, {
    replicas: canary?.replicas ?? replicas,
    total,
    isTrial: canary !== undefined,
  });
  if ('problem' in made) return made;
  if (!canary)
    return { served: service, replicas: weighed(service, made.workloads, replicaWeights(service.spec, total)) };

  const { stable } = canary;
  const kept = workloadItems(stable, network, port, context, { replicas, total, isTrial: false });
  if ('problem' in kept) return kept;
  // A change that needs no other containers cannot be tried beside them.
  if (kept.workloads.some(({ id }) => made.workloads.some((each) => each.id === id)))
    return replicasOf(service, network, port, context, undefined);
  const weights = canaryWeights(replicaWeights(stable.spec, replicas), canary.replicas, canary.weight);
  return {
    served: stable,
    replicas: [...weighed(stable, kept.workloads, weights.stable), ...weighed(service, made.workloads, weights.trial)],
  };
}

function weighed(resource: ServiceResource, workloads: readonly WorkloadItem[], weights: readonly number[]): Replica[] {
  return workloads.map((workload, index) => ({ resource, workload, weight: weights[index] ?? 0 }));
}
