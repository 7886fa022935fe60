import { isDeepStrictEqual } from 'node:util';
import { leasePorts, type Lease, type PortClaim } from '../core/port-lease.ts';
import type { ResourceKey } from '../core/resource.ts';

export type Claim = Omit<PortClaim, 'key' | 'held'>;

const unleased: Lease = { problem: { reason: 'NoPortLeft', message: 'has no port yet' } };

/** Who holds which port. Ports are given anew only when somebody claims another, or none any more. */
export class Leases {
  /** The port that a resource was seen to hold, while no lease of this process is known. */
  readonly #seen: (key: ResourceKey) => number | undefined;
  readonly #claims = new Map<ResourceKey, Claim>();
  #leases: ReadonlyMap<ResourceKey, Lease> = new Map();

  constructor(seen: (key: ResourceKey) => number | undefined) {
    this.#seen = seen;
  }

  /** The same object as long as it is the same lease. */
  get(key: ResourceKey): Lease {
    return this.#leases.get(key) ?? unleased;
  }

  /** Takes over claims; undefined for what claims no port any more. Returns the keys whose lease is another now. */
  claim(claims: ReadonlyMap<ResourceKey, Claim | undefined>): ResourceKey[] {
    let isNews = false;
    for (const [key, claim] of claims) {
      if (isDeepStrictEqual(this.#claims.get(key), claim)) continue;
      isNews = true;
      if (claim) this.#claims.set(key, claim);
      else this.#claims.delete(key);
    }
    return isNews ? this.#leaseAnew() : [];
  }

  #leaseAnew(): ResourceKey[] {
    const before = this.#leases;
    const given = leasePorts(
      [...this.#claims].map(([key, claim]) => {
        const held = this.#held(key);
        return { ...claim, key, ...(held !== undefined && { held }) };
      }),
    );
    const changed: ResourceKey[] = [];
    const leases = new Map<ResourceKey, Lease>();
    for (const [key, lease] of given) {
      const same = before.get(key);
      if (isDeepStrictEqual(same, lease) && same) leases.set(key, same);
      else {
        leases.set(key, lease);
        changed.push(key);
      }
    }
    this.#leases = leases;
    return changed;
  }

  /** This process's own lease, else what the world says. */
  #held(key: ResourceKey): number | undefined {
    const lease = this.#leases.get(key);
    return lease && 'port' in lease ? lease.port : this.#seen(key);
  }
}
