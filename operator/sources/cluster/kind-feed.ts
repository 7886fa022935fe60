import type { ClusterApi } from '../../cluster/api.ts';
import { ApiError } from '../../cluster/api-error.ts';
import { Feed, type Change } from '../../cluster/feed.ts';
import { pathOf } from '../../cluster/objects.ts';
import type { ManifestProblem, SourceDocument } from '../../ports/source.ts';
import { complaintOf } from './complaint.ts';
import { apiVersion, documentOf, type Declared, type DeclaredKind } from './declared.ts';

export interface KindFeedOptions {
  readonly api: ClusterApi;
  readonly kind: DeclaredKind;
  /** All of them where none is named. */
  readonly namespace?: string;
  /** Told of objects whose manifests are different now, came or went; of everything at once where none is named. */
  readonly changed: (keys?: readonly string[]) => void;
  /** Told of every object as it is now, our own status included. */
  readonly seen: (objects: readonly Declared[]) => void;
  readonly silentMs?: number;
}

/** The objects of one kind, in one namespace or in all, and the documents that they are. */
export class KindFeed {
  readonly kind: DeclaredKind;
  readonly #options: KindFeedOptions;
  readonly #feed: Feed<Declared>;
  /** The same as long as a manifest is the same: our own status makes no new one. */
  readonly #documents = new Map<string, { readonly version: string; readonly document: SourceDocument | undefined }>();
  #failure: ApiError | undefined;
  /** Whether a list lacks something that nobody is known to have deleted, and everything is gone with it. */
  #isDoubtful = false;

  constructor(options: KindFeedOptions) {
    const { api, kind, namespace, silentMs } = options;
    this.#options = options;
    this.kind = kind;
    this.#feed = new Feed<Declared>({
      api,
      path: pathOf({ apiVersion, plural: kind.plural }, namespace),
      changed: (changes) => {
        this.#take(changes);
      },
      troubled: () => {
        options.changed();
      },
      ...(silentMs !== undefined && { silentMs }),
    });
  }

  /** Lists everything, now. Never throws. */
  async list(signal: AbortSignal): Promise<void> {
    try {
      await this.#feed.list(signal);
      this.#failure = undefined;
    } catch (error) {
      this.#failure =
        error instanceof ApiError ? error : new ApiError(0, '', String(error), undefined, { cause: error });
    }
  }

  async follow(signal: AbortSignal): Promise<void> {
    this.#failure = undefined;
    await this.#feed.follow(signal);
  }

  object(key: string): Declared | undefined {
    return this.#feed.objects.get(key);
  }

  objects(): IterableIterator<Declared> {
    return this.#feed.objects.values();
  }

  documents(): SourceDocument[] {
    return [...this.#feed.objects.keys()].flatMap((key) => this.document(key) ?? []);
  }

  document(key: string): SourceDocument | undefined {
    const object = this.#feed.objects.get(key);
    if (!object) return undefined;
    const version = manifestVersion(object);
    const known = this.#documents.get(key);
    if (known?.version === version) return known.document;
    const document = documentOf(this.kind, object);
    this.#documents.set(key, { version, document });
    return document;
  }

  get isComplete(): boolean {
    return this.#feed.isListed && this.problem === undefined;
  }

  /** Whether whatever is gone was deleted by somebody: the server said so of each. */
  get isCertain(): boolean {
    return !this.#isDoubtful;
  }

  get problem(): ManifestProblem | undefined {
    const error = this.#failure ?? this.#feed.trouble;
    return error && complaintOf(this.kind, this.#options.namespace, error);
  }

  #take(changes: readonly Change<Declared>[]): void {
    const moved: string[] = [];
    for (const { key, before, now, deleted } of changes) {
      if (!now) {
        this.#documents.delete(key);
        if (!deleted && before?.metadata.deletionTimestamp === undefined) this.#isDoubtful = true;
      } else if (now.metadata.deletionTimestamp === undefined) this.#isDoubtful = false;
      if (!before || !now || manifestVersion(before) !== manifestVersion(now)) moved.push(key);
    }
    this.#options.seen(changes.flatMap(({ now }) => now ?? []));
    if (moved.length > 0) this.#options.changed(moved);
  }
}

/** Of what its owner declares: neither our status nor what keeps it from being deleted. */
function manifestVersion({ metadata: { uid, generation, labels, deletionTimestamp } }: Declared): string {
  return JSON.stringify([uid, generation, labels, deletionTimestamp !== undefined]);
}
