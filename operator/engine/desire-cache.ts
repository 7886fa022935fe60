import type { Desire, DesireContext, Kind } from '../core/kind.ts';
import type { Resource, ResourceKey } from '../core/resource.ts';

/** Something that a controller asked while it compiled, and what it was told. */
interface Asked {
  readonly ask: () => unknown;
  readonly answer: unknown;
}

interface Compiled {
  readonly resource: Resource;
  readonly asked: readonly Asked[];
  /** Absent once it was released. */
  readonly desire?: Desire;
}

/**
 * What was compiled, for as long as the resource is the same and every question that its controller asked has the same
 * answer: controllers are pure. So a pass over a resource for which nothing changed compiles and hashes nothing.
 */
export class DesireCache {
  readonly #context: DesireContext;
  readonly #compiled = new Map<ResourceKey, Compiled>();

  constructor(context: DesireContext) {
    this.#context = context;
  }

  desire(key: ResourceKey, resource: Resource, kind: Kind<unknown>): Desire {
    const known = this.#compiled.get(key);
    if (known?.desire && isFresh(known, resource)) return known.desire;
    const asked: Asked[] = [];
    const desire = kind.desire(resource, noting(this.#context, asked));
    if ('items' in desire) this.#compiled.set(key, { resource, asked, desire });
    else this.#compiled.delete(key);
    return desire;
  }

  /** Whether what was compiled last would be compiled again. */
  isCurrent(key: ResourceKey, resource: Resource): boolean {
    const known = this.#compiled.get(key);
    return known !== undefined && isFresh(known, resource);
  }

  /** Keeps what was asked, and not what was made of it. Returns whether there is anything. */
  release(key: ResourceKey): boolean {
    const known = this.#compiled.get(key);
    if (known) this.#compiled.set(key, { resource: known.resource, asked: known.asked });
    return known !== undefined;
  }

  forget(key: ResourceKey): void {
    this.#compiled.delete(key);
  }
}

function isFresh(known: Compiled, resource: Resource): boolean {
  return known.resource === resource && known.asked.every(({ ask, answer }) => isSame(ask(), answer));
}

function noting(context: DesireContext, asked: Asked[]): DesireContext {
  const note = <Answer>(ask: () => Answer): Answer => {
    const answer = ask();
    asked.push({ ask, answer });
    return answer;
  };
  return {
    scope: context.scope,
    platform: context.platform,
    resolve: (kind, namespace, name) => note(() => context.resolve(kind, namespace, name)),
    // Asked only to help where something is not found, and then nothing is kept.
    names: (kind, namespace) => context.names(kind, namespace),
    port: (key) => note(() => context.port(key)),
    secret: (name, namespace) => note(() => context.secret(name, namespace)),
    workloads: (key) => note(() => context.workloads(key)),
    hashVersions: context.hashVersions,
    rollout: (key) => note(() => context.rollout(key)),
  };
}

/** Parts of answers are the same objects while nothing changes, but for digests, which are read from files each time. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((each, index) => each === right[index]);
  if (!(left instanceof Map) || !(right instanceof Map) || left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.get(key) === value);
}
