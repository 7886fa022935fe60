import type { ClusterApi } from '../../cluster/api.ts';
import type { ResourceKey } from '../../core/resource.ts';
import { parseKey } from '../../core/resource.ts';
import type { FileReading, ManifestProblem, Snapshot, Source } from '../../ports/source.ts';
import { ClusterReports } from './cluster-reports.ts';
import { declaredKinds, resourceOf, type Declared } from './declared.ts';
import { KindFeed } from './kind-feed.ts';

export const clusterId = 'cluster';

export interface ClusterSourceOptions {
  readonly api: ClusterApi;
  /** Those that are looked at; all of them if none is named. */
  readonly namespaces: readonly string[];
  /**
   * Whether what becomes of the objects lies in this cluster as well. Where it does not, deleted objects stay until nothing
   * of them is left, and a cluster that is suddenly empty may be the wrong one.
   */
  readonly isHome: boolean;
  /** Labels of a service's Pods, as text. */
  readonly selectorOf?: (key: ResourceKey) => string;
  readonly silentMs?: number;
}

/** More than this at once is read by a scan. */
const mostSingly = 50;

/**
 * The MCPNetworks and MCPServices of a cluster. Every object stands for itself: one that is invalid keeps no other from
 * being removed, and one that was deleted is gone by its owner's word. A cluster that cannot be reached changes nothing.
 */
export class ClusterSource implements Source {
  readonly name: string;
  readonly id = clusterId;
  readonly feedback: ClusterReports;
  readonly #feeds: readonly KindFeed[];
  #changed: (file?: string) => void = () => undefined;
  /** Files named in hints, and the objects they stand for. */
  readonly #hinted = new Map<string, { readonly feed: KindFeed; readonly key: string }>();
  #following = 0;
  readonly #isHome: boolean;
  #hadSome = false;

  constructor({ api, namespaces, isHome, selectorOf, silentMs }: ClusterSourceOptions) {
    this.#isHome = isHome;
    this.name = `cluster ${api.access.server}`;
    this.feedback = new ClusterReports({
      api,
      keepsDeleted: !isHome,
      objects: () => this.#objects(),
      objectOf: (key) => this.#object(key),
      ...(selectorOf && { selectorOf }),
    });
    const places: readonly (string | undefined)[] = namespaces.length > 0 ? namespaces : [undefined];
    this.#feeds = places.flatMap((namespace) =>
      declaredKinds.map((kind) => {
        const feed: KindFeed = new KindFeed({
          api,
          kind,
          ...(namespace !== undefined && { namespace }),
          changed: (keys) => {
            this.#hint(feed, keys);
          },
          seen: (objects) => {
            for (const object of objects) this.feedback.seen(kind, object);
          },
          ...(silentMs !== undefined && { silentMs }),
        });
        return feed;
      }),
    );
  }

  async scan(): Promise<Snapshot> {
    if (this.#following === 0) {
      const signal = new AbortController().signal;
      await Promise.all(this.#feeds.map((feed) => feed.list(signal)));
    }
    const documents = this.#feeds.flatMap((feed) => feed.documents());
    if (documents.length > 0) this.#hadSome = true;
    return { documents, problems: this.#problems(), ...this.#facts() };
  }

  async read(file: string): Promise<FileReading | undefined> {
    const hinted = this.#hinted.get(file);
    this.#hinted.delete(file);
    const document = hinted?.feed.document(hinted.key);
    if (!document) return undefined;
    this.#hadSome = true;
    return { file, documents: [document], problems: [], ...this.#facts() };
  }

  watch(changed: (file?: string) => void, signal: AbortSignal): void {
    this.#changed = changed;
    this.#following++;
    const following = this.#feeds.map((feed) => feed.follow(signal));
    void Promise.all(following).then(() => {
      this.#following--;
    });
  }

  #facts(): Pick<Snapshot, 'complete' | 'areSeparate' | 'isEmptied'> {
    const isTold =
      this.#hadSome || [...this.#objects()].some(([, { metadata }]) => metadata.deletionTimestamp !== undefined);
    return {
      complete: this.#feeds.every(({ isComplete }) => isComplete),
      areSeparate: true,
      isEmptied: this.#isHome || (isTold && this.#feeds.every(({ isCertain }) => isCertain)),
    };
  }

  *#objects(): Generator<readonly [ResourceKey, Declared]> {
    for (const feed of this.#feeds) for (const object of feed.objects()) yield [resourceOf(feed.kind, object), object];
  }

  #problems(): ManifestProblem[] {
    return this.#feeds.flatMap(({ problem }) => problem ?? []);
  }

  #object(key: ResourceKey): Declared | undefined {
    const { kind, namespace, name } = parseKey(key);
    for (const feed of this.#feeds) {
      const found = feed.kind.kind === kind ? feed.object(`${namespace}/${name}`) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  #hint(feed: KindFeed, keys: readonly string[] | undefined): void {
    const documents = keys && keys.length <= mostSingly ? keys.map((key) => [key, feed.document(key)] as const) : [];
    if (documents.length === 0 || documents.some(([, document]) => document === undefined)) {
      this.#changed();
      return;
    }
    for (const [key, document] of documents) {
      if (!document) continue;
      this.#hinted.set(document.file, { feed, key });
      this.#changed(document.file);
    }
  }
}
