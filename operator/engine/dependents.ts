import type { ResourceKey } from '../core/resource.ts';

/** Which resources are compiled from which, found in both directions. */
export class Dependents {
  readonly #of = new Map<ResourceKey, readonly ResourceKey[]>();
  readonly #on = new Map<ResourceKey, Set<ResourceKey>>();

  /** Takes over what a resource is compiled from; nothing for one that is gone. */
  set(key: ResourceKey, dependencies: readonly ResourceKey[]): void {
    for (const before of this.#of.get(key) ?? []) {
      const keys = this.#on.get(before);
      keys?.delete(key);
      if (keys?.size === 0) this.#on.delete(before);
    }
    for (const now of dependencies) this.#on.set(now, (this.#on.get(now) ?? new Set()).add(key));
    if (dependencies.length > 0) this.#of.set(key, dependencies);
    else this.#of.delete(key);
  }

  /** What is compiled from any of these. */
  on(keys: Iterable<ResourceKey>): Set<ResourceKey> {
    return new Set([...keys].flatMap((key) => [...(this.#on.get(key) ?? [])]));
  }
}
