import { Fault } from '../../operator/core/fault.ts';
import type { Observed, RegistrationItem } from '../../operator/core/item.ts';
import type { Action } from '../../operator/core/plan.ts';
import { FakeDriver, type FakeDriverDeps } from './driver.ts';

/** Consul agents in memory, one per network, of which an entry may be somebody else's. */
export class FakeRegistry extends FakeDriver {
  readonly types = ['registration'] as const;
  readonly entries = new Map<string, RegistrationItem | undefined>();
  /** Whether the Consul of a network answers. */
  isUp: (network: string) => boolean = () => true;
  /** Networks whose Consul is known. */
  networks: () => readonly string[] = () => [];

  constructor(deps: FakeDriverDeps) {
    super('consul', deps);
  }

  look(): Observed[] {
    const away = this.networks().find((network) => !this.isUp(network));
    if (away !== undefined)
      throw new Fault('transient', 'RegistryUnreachable', `the Consul of ${away} does not answer`);
    const known = new Set(this.networks());
    return [...this.entries.values()].flatMap((item): Observed[] => {
      if (!item || !known.has(item.spec.registry)) return [];
      return [
        {
          type: 'registration',
          id: item.id,
          owner: item.owner,
          hash: item.hash,
          phase: 'ready',
          workload: item.id,
          // Bound: the address is a string by now.
          fields: { registry: item.spec.registry, address: item.spec.address as string, health: 'passing' },
        },
      ];
    });
  }

  act({ verb, item }: Action): void {
    if (verb === 'remove') {
      this.#reach(item.fields['registry'] ?? '');
      this.forget(item.id);
      return;
    }
    if (verb === 'drain' || item.type !== 'registration')
      throw new Fault('bug', 'InternalError', `Consul cannot ${verb} ${item.type}`);
    this.#reach(item.spec.registry);
    this.entries.set(item.id, item);
    this.hint('all');
  }

  /** An entry goes, by whosever hand. */
  forget(id: string): void {
    if (this.entries.get(id)) this.entries.delete(id);
    this.hint('all');
  }

  /** The catalog is lost; what others had registered they register anew. */
  lose(): void {
    for (const [id, item] of this.entries) if (item) this.entries.delete(id);
    this.hint('all');
  }

  #reach(network: string): void {
    if (!this.networks().includes(network))
      throw new Fault('missing', 'RegistryUnknown', `no Consul is known for ${network}`);
    if (!this.isUp(network))
      throw new Fault('transient', 'RegistryUnreachable', `the Consul of ${network} does not answer`);
  }
}
