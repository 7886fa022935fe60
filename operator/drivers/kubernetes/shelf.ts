import type { ClusterApi } from '../../cluster/api.ts';
import { Feed, type Change } from '../../cluster/feed.ts';
import { pathOf, type KubeObject, type ObjectKind } from '../../cluster/objects.ts';
import { asClusterFault } from './faults.ts';

export interface ShelfOptions<Object extends KubeObject> {
  readonly api: ClusterApi;
  readonly kind: ObjectKind;
  /** Looked into one by one; without it all at once. */
  readonly namespaces?: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly changed: (objects: readonly Object[]) => void;
  /** Whether what is there is known again, after a time in which it was not. */
  readonly renewed: () => void;
}

/** What a write returned that no watch has told of yet. */
interface Ahead<Object> {
  /** Undefined after a removal. */
  readonly object: Object | undefined;
  readonly uid: string | undefined;
  readonly atMs: number;
}

/** A write that no watch has told of for so long was undone before anybody looked. */
const aheadForMs = 10_000;

/**
 * The objects of one kind that carry our label, from watches: asked again only where those are cut off. Reads its own
 * writes.
 */
export class Shelf<Object extends KubeObject> {
  readonly #options: ShelfOptions<Object>;
  readonly #feeds: readonly Feed<Object>[];
  readonly #ahead = new Map<string, Ahead<Object>>();
  #isFollowed = false;

  constructor(options: ShelfOptions<Object>) {
    const { api, kind, namespaces, query } = options;
    this.#options = options;
    this.#feeds = (namespaces ?? [undefined]).map((namespace) => {
      let wasTroubled = false;
      const feed: Feed<Object> = new Feed<Object>({
        api,
        path: pathOf(kind, namespace),
        query,
        changed: (changes) => {
          this.#changed(changes);
        },
        troubled: () => {
          if (wasTroubled && !feed.trouble) options.renewed();
          wasTroubled = feed.trouble !== undefined;
        },
      });
      return feed;
    });
  }

  /** Follows until the signal aborts. */
  follow(signal: AbortSignal): void {
    this.#isFollowed = true;
    for (const feed of this.#feeds) void feed.follow(signal);
    signal.addEventListener('abort', () => (this.#isFollowed = false), { once: true });
  }

  /** @throws Fault if what is there cannot be known now */
  async all(signal: AbortSignal): Promise<Object[]> {
    await this.#refresh(signal);
    return this.known();
  }

  /** As last heard of. */
  known(): Object[] {
    this.#forgetOld();
    const found: Object[] = [];
    for (const feed of this.#feeds)
      for (const [key, object] of feed.objects) if (!this.#ahead.has(key)) found.push(object);
    for (const { object } of this.#ahead.values()) if (object) found.push(object);
    return found;
  }

  get(namespace: string, name: string): Object | undefined {
    this.#forgetOld();
    const key = `${namespace}/${name}`;
    const ahead = this.#ahead.get(key);
    if (ahead) return ahead.object;
    for (const feed of this.#feeds) {
      const object = feed.objects.get(key);
      if (object) return object;
    }
    return undefined;
  }

  /** Takes over what a write returned. */
  wrote(object: Object): void {
    const key = keyOf(object);
    const known = this.get(object.metadata.namespace ?? '', object.metadata.name);
    if (known && !isNewer(object, known)) return;
    this.#ahead.set(key, { object, uid: object.metadata.uid, atMs: performance.now() });
  }

  removed(object: Object): void {
    this.#ahead.set(keyOf(object), { object: undefined, uid: object.metadata.uid, atMs: performance.now() });
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    for (const feed of this.#feeds) {
      if (this.#isFollowed && feed.isListed && !feed.trouble) continue;
      try {
        await feed.list(signal);
      } catch (error) {
        throw asClusterFault(`list ${this.#options.kind.plural}`, error);
      }
    }
  }

  #changed(changes: readonly Change<Object>[]): void {
    for (const { key, now, before } of changes) {
      const ahead = this.#ahead.get(key);
      if (!ahead) continue;
      const isOver = now
        ? now.metadata.uid !== ahead.uid || (ahead.object !== undefined && !isNewer(ahead.object, now))
        : before?.metadata.uid === ahead.uid;
      if (isOver) this.#ahead.delete(key);
    }
    this.#options.changed(changes.flatMap(({ now, before }) => now ?? before ?? []));
  }

  #forgetOld(): void {
    for (const [key, { atMs }] of this.#ahead) if (performance.now() - atMs > aheadForMs) this.#ahead.delete(key);
  }
}

function keyOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** Resource versions of one kind count up, in every API server that there is (and by its contract since 1.35). */
function isNewer(left: KubeObject, right: KubeObject): boolean {
  const [ofLeft, ofRight] = [left, right].map(({ metadata }) =>
    BigInt(/^\d+$/.exec(metadata.resourceVersion ?? '')?.[0] ?? 0),
  );
  return left.metadata.uid !== right.metadata.uid || (ofLeft ?? 0n) > (ofRight ?? 0n);
}
