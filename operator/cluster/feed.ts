import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterApi } from './api.ts';
import { ApiError } from './api-error.ts';
import type { KubeObject } from './objects.ts';
import { openWatch, type WatchEvent } from './watch.ts';

/** What became of one object. */
export interface Change<Object> {
  /** `namespace/name`; the name alone where it lies in no namespace. */
  readonly key: string;
  readonly before?: Object;
  readonly now?: Object;
  /** Whether the server said that it was deleted; otherwise a list merely lacks it. */
  readonly deleted: boolean;
}

export interface FeedOptions<Object extends KubeObject> {
  readonly api: ClusterApi;
  /** Of the objects: of one namespace or of all. */
  readonly path: string;
  /** Such as a `labelSelector`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Told of everything that became of objects, in order, after it has been taken over. */
  readonly changed: (changes: readonly Change<Object>[]) => void;
  /** Told when it begins and ends to be cut off, or is refused. */
  readonly troubled?: () => void;
  readonly random?: () => number;
  /** A watch without a word for so long is renewed; 150 s when not given: bookmarks come every minute. */
  readonly silentMs?: number;
}

const pageSize = '500';
const firstRetryMs = 100;
const longestRetryMs = 10_000;
const shortestWatchSeconds = 240;
const shortestWatchMs = 1_000;
const defaultSilentMs = 150_000;

/**
 * All objects of one kind as the API server has them: listed once, then followed by watches, each of which goes on where
 * the last one ended; listed again only where the server says that it cannot (410). It ends with the signal alone.
 */
export class Feed<Object extends KubeObject> {
  readonly #options: FeedOptions<Object>;
  #objects: Map<string, Object> = new Map();
  /** Where the next watch goes on; undefined before the first complete list, and when that is too long ago. */
  #version: string | undefined;
  #isListed = false;
  #trouble: ApiError | undefined;
  #failures = 0;

  constructor(options: FeedOptions<Object>) {
    this.#options = options;
  }

  /** By `namespace/name`. */
  get objects(): ReadonlyMap<string, Object> {
    return this.#objects;
  }

  /** Whether all objects have been listed at least once: what it lacks did not exist then. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Why it does not know what the present state is, where that is so for more than one try. */
  get trouble(): ApiError | undefined {
    return this.#trouble;
  }

  /** Takes over a complete list. @throws ApiError */
  async list(signal: AbortSignal): Promise<void> {
    const { api, path, query } = this.#options;
    const objects = new Map<string, Object>();
    let version: string | undefined;
    for (let next: string | undefined = ''; next !== undefined;) {
      const page: Page<Object> = await api.request({
        path,
        query: { ...query, limit: pageSize, ...(next !== '' && { continue: next }) },
        signal,
      });
      for (const object of page.items) objects.set(keyOf(object), bare(object));
      version = page.metadata.resourceVersion;
      next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    }
    this.#takeOver(objects);
    this.#version = version;
    this.#isListed = true;
    this.#settle(undefined);
  }

  /** Follows until the signal aborts. Never throws. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.list(signal);
        await this.#watch(this.#version ?? '', signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { api, path, query, random = Math.random, silentMs = defaultSilentMs } = this.#options;
    // Not all watches of all operators end at the same moment.
    const seconds = Math.round(shortestWatchSeconds * (1 + random()));
    const openedMs = performance.now();
    const events = await openWatch<Object>(api, {
      path,
      resourceVersion,
      seconds,
      silentMs,
      signal,
      ...(query && { query }),
    });
    this.#settle(undefined);
    for await (const event of events) this.#take(event);
    // A server that ends every watch at once would be asked without a pause.
    if (performance.now() - openedMs < shortestWatchMs) await delay(firstRetryMs, undefined, { signal });
  }

  #take({ type, object }: WatchEvent<Object>): void {
    this.#version = object.metadata.resourceVersion ?? this.#version;
    if (type === 'BOOKMARK') return;
    const key = keyOf(object);
    const before = this.#objects.get(key);
    const now = type === 'DELETED' ? undefined : bare(object);
    if (now) this.#objects.set(key, now);
    else this.#objects.delete(key);
    this.#options.changed([{ key, deleted: now === undefined, ...(before && { before }), ...(now && { now }) }]);
  }

  #takeOver(objects: Map<string, Object>): void {
    const changes: Change<Object>[] = [];
    for (const [key, now] of objects) {
      const before = this.#objects.get(key);
      if (before && before.metadata.resourceVersion === now.metadata.resourceVersion) objects.set(key, before);
      else changes.push({ key, deleted: false, now, ...(before && { before }) });
    }
    for (const [key, before] of this.#objects) if (!objects.has(key)) changes.push({ key, deleted: false, before });
    this.#objects = objects;
    if (changes.length > 0) this.#options.changed(changes);
  }

  async #recover(thrown: unknown, signal: AbortSignal): Promise<void> {
    const error =
      thrown instanceof ApiError ? thrown : new ApiError(0, '', String(thrown), undefined, { cause: thrown });
    if (error.status === 410 || error.reason === 'Expired') {
      // The state is known to be old, and nothing else is wrong: listed again at once, unless that leads to the same.
      const isFirst = this.#version !== undefined;
      this.#version = undefined;
      if (isFirst) return;
    }
    this.#failures++;
    // One that breaks once is opened again; what happened meanwhile follows.
    if (this.#failures > 1 || error.status >= 400) this.#settle(error);
    const { random = Math.random } = this.#options;
    const fullMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    await delay(Math.max(error.retryAfterMs ?? 0, fullMs * (0.5 + random() / 2)), undefined, { signal }).catch(
      () => undefined,
    );
  }

  #settle(trouble: ApiError | undefined): void {
    if (trouble === undefined) this.#failures = 0;
    const isNews = this.#trouble?.message !== trouble?.message;
    this.#trouble = trouble;
    if (isNews) this.#options.troubled?.();
  }
}

interface Page<Object> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Object[];
}

export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Without the book of who owns which field, which is larger than the rest. */
function bare<Object extends KubeObject>(object: Object): Object {
  const { managedFields: _managedFields, ...metadata } = object.metadata as Object['metadata'] & {
    managedFields?: unknown;
  };
  return { ...object, metadata };
}
