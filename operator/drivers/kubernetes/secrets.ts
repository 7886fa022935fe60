import { isStatus } from '../../cluster/api-error.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { Feed } from '../../cluster/feed.ts';
import { pathOf, type KubeObject } from '../../cluster/objects.ts';
import { hashOf } from '../../core/hash.ts';
import { SecretValues, type Redact } from '../../core/redact.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { label } from './labels.ts';
import type { Placement } from './naming.ts';

const secretKind = { apiVersion: 'v1', plural: 'secrets' };

interface Secret extends KubeObject {
  /** In base64. */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Secrets of the namespaces in which services name some: each namespace is watched from the first question on, so that
 * no right to read secrets is needed where nobody uses them.
 */
export class ClusterSecrets implements Secrets {
  readonly #api: ClusterApi;
  readonly #placement: Placement;
  readonly #feeds = new Map<string, Feed<Secret>>();
  readonly #values = new SecretValues();
  readonly #digests = new WeakMap<Secret, ReadonlyMap<string, string>>();
  readonly #listeners = new Set<() => void>();
  readonly #signal: AbortSignal;
  readonly redact: Redact = (text) => this.#values.redact(text);

  constructor(api: ClusterApi, placement: Placement, signal: AbortSignal) {
    this.#api = api;
    this.#placement = placement;
    this.#signal = signal;
  }

  /** Of all that people made: what Kubernetes makes for itself, and what we made, holds much that is no secret. */
  async learn(): Promise<void> {
    const path = pathOf(secretKind, this.#placement.namespace);
    const query = { fieldSelector: 'type=Opaque', labelSelector: `!${label.owner}` };
    const { items } = await this.#api.request<{ items: readonly Secret[] }>({ path, query });
    for (const secret of items)
      for (const key of Object.keys(secret.data ?? {})) this.#values.add(valueOf(secret, key));
  }

  watch(changed: () => void, signal: AbortSignal): void {
    this.#listeners.add(changed);
    signal.addEventListener('abort', () => this.#listeners.delete(changed), { once: true });
  }

  digests(name: string, namespace?: string): ReadonlyMap<string, string> | undefined {
    const secret = this.#find(name, namespace);
    if (!secret) return undefined;
    const known = this.#digests.get(secret);
    if (known) return known;
    const keys = Object.keys(secret.data ?? {}).sort();
    // Of those that somebody names, not of all: among them are many that are no secret (a token's namespace).
    for (const key of keys) this.#values.add(valueOf(secret, key));
    // Four hexadecimal digits tell a change, and tell nobody the value.
    const digests = new Map(keys.map((key) => [key, hashOf(valueOf(secret, key)).slice(0, 4)]));
    this.#digests.set(secret, digests);
    return digests;
  }

  value(name: string, key: string, namespace?: string): string | undefined {
    const secret = this.#find(name, namespace);
    if (secret?.data?.[key] === undefined) return undefined;
    const value = valueOf(secret, key);
    this.#values.add(value);
    return value;
  }

  async ready(namespaces: readonly string[]): Promise<void> {
    const placed = new Set(namespaces.map((namespace) => this.#placement.namespace ?? namespace));
    await Promise.all([...placed].map((namespace) => this.#list(this.#feed(namespace))));
  }

  async #list(feed: Feed<Secret>): Promise<void> {
    if (feed.isListed) return;
    await feed.list(this.#signal).catch((error: unknown) => {
      if (!isStatus(error, 0, 401, 403, 404, 429, 500, 503)) throw error;
    });
  }

  #find(name: string, namespace?: string): Secret | undefined {
    const placed = namespace === undefined ? this.#api.access.namespace : (this.#placement.namespace ?? namespace);
    return this.#feed(placed).objects.get(`${placed}/${name}`);
  }

  #feed(namespace: string): Feed<Secret> {
    const known = this.#feeds.get(namespace);
    if (known) return known;
    const feed = new Feed<Secret>({
      api: this.#api,
      path: pathOf(secretKind, namespace),
      changed: () => {
        for (const listener of this.#listeners) listener();
      },
    });
    this.#feeds.set(namespace, feed);
    void feed.follow(this.#signal);
    return feed;
  }
}

function valueOf({ data }: Secret, key: string): string {
  return Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');
}
