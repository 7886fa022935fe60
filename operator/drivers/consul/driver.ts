import { Fault } from '../../core/fault.ts';
import type { ItemRef, ItemType, Observed } from '../../core/item.ts';
import type { Action } from '../../core/plan.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Driver, Hint } from '../../ports/driver.ts';
import { Registry, type Endpoint } from './registry.ts';

export interface ConsulDriverOptions {
  readonly scope: string;
  readonly clock: Clock;
  /** Where the Consul of each network answers, by the network's key. Asked at every use: networks come and go. */
  readonly endpoints: () => ReadonlyMap<string, Endpoint>;
}

const lookForNewRegistriesMs = 1_000;

/** Agent registrations of one or more Consuls. Only entries whose metadata names our scope are ever touched. */
export class ConsulDriver implements Driver {
  readonly name = 'consul';
  readonly types: readonly ItemType[] = ['registration'];
  readonly #options: ConsulDriverOptions;
  readonly #registries = new Map<string, Registry>();

  constructor(options: ConsulDriverOptions) {
    this.#options = options;
  }

  async list(): Promise<Observed[]> {
    const lists = await Promise.all(
      [...this.#options.endpoints().keys()].map((network) => this.#registry(network).list()),
    );
    return lists.flat();
  }

  async read(ref: ItemRef): Promise<Observed | undefined> {
    return (await this.list()).find(({ id }) => id === ref.id);
  }

  async apply(action: Action): Promise<Observed | undefined> {
    if (action.verb === 'remove') {
      await this.#deregister(action.item);
      return undefined;
    }
    if (action.verb === 'drain' || action.item.type !== 'registration') {
      throw new Fault('bug', 'InternalError', `Consul cannot ${action.verb} ${action.item.type} ${action.item.id}`);
    }
    return this.#registry(action.item.spec.registry).register(action.item, action.observed !== undefined);
  }

  /** Follows each registry by blocking queries; every change of a service or a check is a hint. */
  watch(hint: Hint, signal: AbortSignal): void {
    const watched = new Map<string, { endpoint: string; stop: () => void }>();
    const follow = (): void => {
      if (signal.aborted) return;
      const endpoints = this.#options.endpoints();
      for (const [network, { endpoint, stop }] of watched) {
        if (JSON.stringify(endpoints.get(network)) === endpoint) continue;
        stop();
        watched.delete(network);
      }
      for (const [network, endpoint] of endpoints) {
        if (!watched.has(network))
          watched.set(network, {
            endpoint: JSON.stringify(endpoint),
            stop: this.#registry(network).watch(() => {
              hint('all');
            }),
          });
      }
      this.#options.clock.after(lookForNewRegistriesMs, follow);
    };
    follow();
    signal.addEventListener('abort', () => {
      for (const { stop } of watched.values()) stop();
    });
  }

  /** A network that is no longer declared may have taken its Consul along: then the registration went with it. */
  async #deregister({ id, fields }: Observed): Promise<void> {
    const network = fields['registry'] ?? '';
    const isDeclared = this.#options.endpoints().has(network);
    try {
      await this.#registry(network).deregister(id);
    } catch (error) {
      if (isDeclared || !(error instanceof Fault) || error.class !== 'transient') throw error;
    }
  }

  /** As it is declared, or was when it last was. */
  #registry(network: string): Registry {
    const endpoint = this.#options.endpoints().get(network);
    const last = this.#registries.get(network);
    if (!endpoint && last) return last;
    if (!endpoint) throw new Fault('missing', 'RegistryUnknown', `no Consul is known for ${network}`);
    if (last?.serves(endpoint)) return last;
    const registry = new Registry(network, this.#options.scope, endpoint);
    this.#registries.set(network, registry);
    return registry;
  }
}
