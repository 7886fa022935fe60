import type { DesiredItem } from '../core/item.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Compiler } from './compile.ts';
import type { Executor } from './execute.ts';
import type { Ledger } from './ledger.ts';
import type { Observation } from './observation.ts';
import type { Pass } from './reconcile.ts';

export interface RestDeps {
  readonly compiler: Compiler;
  readonly executor: Executor;
  readonly observation: Observation;
  readonly ledger: Ledger;
}

/** What a pass that found nothing to do had gone by. */
interface Basis {
  readonly history: unknown;
  /** Owners of everything that was looked at, each with the version of what it owns. */
  readonly versions: ReadonlyMap<ResourceKey, number>;
}

/**
 * Resources that were as they should be, and of which nothing has changed since that a pass goes by: a pass over one of
 * these would find the same again. What they were compiled to is not kept: most of what there is is at rest.
 */
export class Rest {
  readonly #deps: RestDeps;
  readonly #bases = new Map<ResourceKey, Basis>();

  constructor(deps: RestDeps) {
    this.#deps = deps;
  }

  /** Takes note of a pass (one that finds nothing to do has forgotten all failures) and of the status that was settled by it. */
  settle(key: ResourceKey, { desire, plan }: Pass): void {
    const { compiler, ledger } = this.#deps;
    const isAtRest = 'items' in desire && plan.actions.length + plan.waits.length === 0;
    // What is under way may come to nothing, and then has to be begun again.
    if (isAtRest && !this.#isBusy(key) && compiler.release(key))
      this.#bases.set(key, { history: ledger.history(key), versions: this.#versions(key, desire.items) });
    else this.#bases.delete(key);
  }

  holds(key: ResourceKey): boolean {
    const { compiler, observation, ledger } = this.#deps;
    const basis = this.#bases.get(key);
    return (
      basis !== undefined &&
      basis.history === ledger.history(key) &&
      compiler.isCurrent(key) &&
      [...basis.versions].every(([owner, version]) => observation.version(owner) === version)
    );
  }

  #isBusy(key: ResourceKey): boolean {
    return [...this.#deps.executor.busy.values()].some(({ item }) => item.owner === key);
  }

  /** What belongs to nobody of ours may come into the way of anything. */
  #versions(key: ResourceKey, items: readonly DesiredItem[]): Map<ResourceKey, number> {
    const { observation } = this.#deps;
    const owners = new Set<ResourceKey>([key, '']);
    for (const item of items)
      for (const ref of [item, ...item.needs]) {
        const owner = observation.get(ref)?.owner;
        if (owner !== undefined) owners.add(owner);
      }
    return new Map([...owners].map((owner) => [owner, observation.version(owner)]));
  }
}
