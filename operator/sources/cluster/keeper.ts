import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf } from '../../cluster/objects.ts';
import { parseKey, type ResourceKey } from '../../core/resource.ts';
import type { ReportContext } from '../../ports/reports.ts';
import { apiVersion, declaredKinds, type Declared } from './declared.ts';
import { WriteLine } from './write-line.ts';

export const finalizer = 'mcpnet.io/cleanup';
const manager = 'mcpnet-cleanup';
const lookMs = 250;

export interface KeeperOptions {
  readonly api: ClusterApi;
  readonly objectOf: (key: ResourceKey) => Declared | undefined;
  readonly context: ReportContext;
  readonly signal: AbortSignal;
}

/**
 * Keeps deleted objects by a finalizer until nothing of them is left outside the cluster: so `kubectl delete` returns
 * when it is done, and nothing is left behind where an object was deleted while no operator ran.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #line: WriteLine;
  /** Deleted, and something of them is left. */
  readonly #leaving = new Set<ResourceKey>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeeperOptions) {
    const { context, signal } = options;
    this.#options = options;
    this.#line = new WriteLine({ what: 'finalizers', context, signal, gatherMs: 0, write: (key) => this.#write(key) });
    signal.addEventListener('abort', () => {
      clearTimeout(this.#timer);
    });
  }

  look(key: ResourceKey): void {
    const { objectOf, context } = this.#options;
    const object = objectOf(key);
    const isKept = object?.metadata.finalizers?.includes(finalizer) === true;
    const isDeleted = object?.metadata.deletionTimestamp !== undefined;
    if (!object || isDeleted !== isKept) this.#leaving.delete(key);
    if (!object || (isDeleted && !isKept)) return;
    if (!isDeleted) {
      if (!isKept && context.ownerOf(key) === 'here') this.#line.add(key);
    } else if (this.#isLeft(key)) {
      this.#leaving.add(key);
      this.#lookLater();
    } else this.#line.add(key);
  }

  #isLeft(key: ResourceKey): boolean {
    const { context } = this.#options;
    return context.ownerOf(key) === 'here' || (context.ownerOf(key) === 'nobody' && context.isLeft(key));
  }

  #lookLater(): void {
    if (this.#options.signal.aborted) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const key of this.#leaving) this.look(key);
    }, lookMs);
  }

  async #write(key: ResourceKey): Promise<void> {
    const { api, objectOf, signal } = this.#options;
    const object = objectOf(key);
    if (!object) return;
    const isDeleted = object.metadata.deletionTimestamp !== undefined;
    const { kind, namespace, name } = parseKey(key);
    const plural = declaredKinds.find((each) => each.kind === kind)?.plural ?? '';
    await api.apply(
      pathOf({ apiVersion, plural }, namespace, name),
      manager,
      {
        apiVersion,
        kind,
        metadata: { name, namespace, uid: object.metadata.uid, finalizers: isDeleted ? [] : [finalizer] },
      },
      signal,
    );
  }
}
