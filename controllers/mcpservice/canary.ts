import type { DesireContext } from '../../operator/core/kind.ts';
import type { Problem } from '../../operator/core/problem.ts';
import { placeOf, resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPService } from '../../schemas/types.ts';

type ServiceResource = Resource<MCPService['spec']>;

/** A changed spec beside the one that last served. */
export interface Canary {
  readonly stable: ServiceResource;
  readonly replicas: number;
  /** Share of new sessions and of requests without one, in percent. */
  readonly weight: number;
}

/** What is to be tried beside what; nothing where no canary is declared, or nothing has changed since it last served. */
export function canaryOf(
  service: ServiceResource,
  context: DesireContext,
): { readonly canary?: Canary } | { readonly problem: Problem } {
  const { rollout, networkRef } = service.spec;
  if (!rollout.canary) return {};
  if (rollout.strategy === 'recreate')
    return invalid(service, 'strategy recreate leaves no place for a second revision', 'remove one of the two');
  // Composed of this kind's contents by the ledger.
  const stable = context.rollout(resourceKey(service)).stable as ServiceResource | undefined;
  if (!stable) return {};
  if (stable.spec.networkRef.name !== networkRef.name)
    return invalid(service, 'a service cannot be in two networks', 'remove it, or leave spec.networkRef as it was');
  return { canary: { stable, ...rollout.canary } };
}

/**
 * The service as its listener sees it. Only turns are given by weight exactly: of idle servers, `leastconn` takes any.
 */
export function evenly(service: ServiceResource): ServiceResource {
  if (!service.spec.rollout.canary) return service;
  return { ...service, spec: { ...service.spec, loadBalancing: { algorithm: 'roundrobin' } } };
}

function invalid({ origin }: ServiceResource, why: string, remedy: string): { problem: Problem } {
  const message = `${placeOf(origin)} spec.rollout.canary cannot be: ${why}; ${remedy}`;
  return { problem: { reason: 'InvalidRollout', message } };
}
