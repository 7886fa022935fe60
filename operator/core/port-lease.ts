import { displayKey, type ResourceKey } from './resource.ts';
import type { Problem } from './problem.ts';

/** A service that wants a port, from the network's range. */
export interface PortClaim {
  readonly key: ResourceKey;
  readonly network: ResourceKey;
  /** The port its manifest asks for, if it does. */
  readonly declared?: number;
  /** The port it was seen to hold: in the balancer, or as a label of its containers. */
  readonly held?: number;
  readonly range: { readonly first: number; readonly last: number };
  /** Ports of the plan that are not for services. */
  readonly reserved: readonly number[];
}

export type Lease = { readonly port: number } | { readonly problem: Problem };

/**
 * Gives every service its port. Pure: who holds one keeps it, then those that declare one, then the lowest free one by
 * name, so the same claims give the same leases.
 */
export function leasePorts(claims: readonly PortClaim[]): Map<ResourceKey, Lease> {
  const leases = new Map<ResourceKey, Lease>();
  const taken = new Map<string, ResourceKey>();
  const take = ({ key, network }: PortClaim, port: number): void => {
    taken.set(`${network}:${port}`, key);
    leases.set(key, { port });
  };
  const holder = ({ network }: PortClaim, port: number): ResourceKey | undefined => taken.get(`${network}:${port}`);
  const byName = [...claims].sort((left, right) => (left.key < right.key ? -1 : 1));

  for (const claim of byName) {
    const { held, declared } = claim;
    if (held === undefined || (declared !== undefined && declared !== held)) continue;
    if (inRange(claim, held) && holder(claim, held) === undefined) take(claim, held);
  }
  for (const claim of byName) {
    const { key, range, declared: port } = claim;
    if (port === undefined || leases.has(key)) continue;
    const rival = holder(claim, port);
    if (rival !== undefined)
      leases.set(key, {
        problem: {
          reason: 'PortConflict',
          message: `port ${port} belongs to ${displayKey(rival)}; choose another, or none to be given one`,
        },
      });
    else if (!inRange(claim, port))
      leases.set(key, {
        problem: {
          reason: 'PortOutOfRange',
          message: `port ${port} is not in the network's service range ${range.first}-${range.last}, or is reserved in it; choose one inside, or none to be given one`,
        },
      });
    else take(claim, port);
  }
  for (const claim of byName) {
    if (leases.has(claim.key)) continue;
    const free = firstFree(claim, (port) => holder(claim, port) === undefined);
    if (free === undefined)
      leases.set(claim.key, {
        problem: {
          reason: 'NoPortLeft',
          message: `every port of ${claim.range.first}-${claim.range.last} is taken; widen spec.ports.services of the network`,
        },
      });
    else take(claim, free);
  }
  return leases;
}

function inRange({ range, reserved }: PortClaim, port: number): boolean {
  return port >= range.first && port <= range.last && !reserved.includes(port);
}

function firstFree(claim: PortClaim, isFree: (port: number) => boolean): number | undefined {
  for (let port = claim.range.first; port <= claim.range.last; port++)
    if (inRange(claim, port) && isFree(port)) return port;
  return undefined;
}
