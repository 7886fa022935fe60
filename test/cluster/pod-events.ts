import type { ClusterApi } from '../../operator/cluster/api.ts';
import { Feed, type Change } from '../../operator/cluster/feed.ts';
import { pathOf, type KubeObject, type ObjectKind } from '../../operator/cluster/objects.ts';
import { eventually } from '../support/eventually.ts';
import type { ContainerEvent, WorldEvents } from '../support/world.ts';

const kinds: Readonly<Record<string, ObjectKind>> = {
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  StatefulSet: { apiVersion: 'apps/v1', plural: 'statefulsets' },
  Service: { apiVersion: 'v1', plural: 'services' },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies' },
  Pod: { apiVersion: 'v1', plural: 'pods' },
};

interface Seen {
  readonly kind: string;
  readonly action: string;
  readonly object: KubeObject;
  readonly atMs: number;
}

/** What happens to the objects of a scope: created, changed but for their status, deleted. */
export class PodEvents implements WorldEvents {
  readonly #api: ClusterApi;
  readonly #namespace: string;
  readonly #query: Readonly<Record<string, string>>;
  readonly #feeds = new Map<string, Feed<KubeObject>>();
  readonly #end = new AbortController();
  readonly #seen: Seen[] = [];
  #isOpen = false;

  constructor(api: ClusterApi, namespace: string, scope: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#query = { labelSelector: `mcpnet.io/owner=${scope}` };
  }

  async open(): Promise<this> {
    for (const [kind, object] of Object.entries(kinds)) {
      const path = pathOf(object, this.#namespace);
      const changed = (changes: readonly Change<KubeObject>[]): void => {
        for (const change of changes) this.#take(kind, change);
      };
      const feed = new Feed<KubeObject>({ api: this.#api, path, query: this.#query, changed });
      this.#feeds.set(kind, feed);
      void feed.follow(this.#end.signal);
    }
    await eventually(() => [...this.#feeds.values()].every(({ isListed }) => isListed));
    this.#isOpen = true;
    return this;
  }

  close(): void {
    this.#end.abort();
  }

  async seen(): Promise<readonly string[]> {
    await this.#fence();
    return this.#seen.map(({ kind, action, object }) => `${kind} ${action} ${object.metadata.name}`);
  }

  /** A container is created with its Deployment; its Pod is its start, and the end of its Pod its death. */
  async containers(): Promise<readonly ContainerEvent[]> {
    await this.#fence();
    return this.#seen.flatMap(({ kind, action, object, atMs }) => {
      const told = kind === 'Pod' ? ofPods[action] : kind === 'Deployment' ? ofDeployments[action] : undefined;
      const { uid = '', labels = {} } = object.metadata;
      return told === undefined ? [] : [{ action: told, containerId: uid, labels, atMs }];
    });
  }

  /** Until the watches show what a list shows. */
  async #fence(): Promise<void> {
    for (const [kind, feed] of this.#feeds) {
      const path = pathOf(kinds[kind] ?? { apiVersion: 'v1', plural: '' }, this.#namespace);
      await eventually(
        async () => {
          const { items } = await this.#api.request<{ items: readonly KubeObject[] }>({ path, query: this.#query });
          const listed = items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
          const watched = [...feed.objects.values()].map(
            ({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`,
          );
          return listed.join() === watched.sort().join();
        },
        { timeoutMs: 20_000 },
      );
    }
  }

  #take(kind: string, { before, now }: Change<KubeObject>): void {
    const object = now ?? before;
    if (!this.#isOpen || !object) return;
    const action = actionOf(before, now);
    if (action !== undefined) this.#seen.push({ kind, action, object, atMs: Date.now() });
  }
}

const ofPods: Readonly<Record<string, string>> = { created: 'start', deleted: 'die' };
const ofDeployments: Readonly<Record<string, string>> = { created: 'create', deleted: 'destroy' };

/** Undefined where only the status of an object is another. Pods have no generation: they are not edited. */
function actionOf(before: KubeObject | undefined, now: KubeObject | undefined): string | undefined {
  if (!before) return 'created';
  if (!now) return 'deleted';
  return before.metadata.generation === now.metadata.generation ? undefined : 'changed';
}
