import { hashOf } from '../core/hash.ts';
import { withoutOldMarks } from '../core/drain.ts';
import { fromDocument, toDocument } from '../core/history-document.ts';
import { declare, inForce, settle, stableBeside, type History, type Outcome } from '../core/history.ts';
import type { DesiredItem } from '../core/item.ts';
import type { Kind, Rollout } from '../core/kind.ts';
import { formatPlans } from '../core/plan.ts';
import { parseKey, resourceKey, type Resource, type ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { MayWrite } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import type { Records } from '../ports/records.ts';
import { readmit } from './admit.ts';
import type { Pass } from './reconcile.ts';
import { RecordWriter } from './record-writer.ts';
import type { Store } from './store.ts';

export interface LedgerDeps {
  readonly kinds: readonly Kind<unknown>[];
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly mayWrite: MayWrite;
  /** Whether anything of a resource exists, or cannot be seen. */
  readonly exists: (key: ResourceKey) => boolean;
}

/**
 * The history of every resource, and what follows from it: which version of a resource is in force. What it knows
 * survives the operator; losing it costs history and holds, never a service.
 */
export class Ledger {
  readonly #deps: LedgerDeps;
  readonly #kinds: ReadonlyMap<string, Kind<unknown>>;
  readonly #histories = new Map<ResourceKey, History>();
  readonly #writer: RecordWriter;
  /** Resources as they are in force, each with what it was made from. */
  readonly #inForce = new Map<ResourceKey, { from: readonly [Resource, History | undefined]; resource: Resource }>();

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.#kinds = new Map(deps.kinds.map((kind) => [kind.kind, kind]));
    const document = (key: ResourceKey): unknown => {
      const history = this.#histories.get(key);
      return history && toDocument(history);
    };
    this.#writer = new RecordWriter(deps.records, deps.logger, document, deps.mayWrite);
  }

  /** Reads what an earlier operator has kept. */
  async load(): Promise<void> {
    const { records, logger } = this.#deps;
    const { documents, damaged } = await records.load();
    for (const what of damaged) logger.warn('a record is damaged; its history starts anew', { what });
    for (const document of documents) {
      const history = fromDocument(document, (key, content) => this.#complete(key, content));
      if (history) this.#histories.set(history.key, history);
      else
        logger.warn('a record is not one of ours; its history starts anew', {
          what: JSON.stringify(document).slice(0, 80),
        });
    }
  }

  /** From now on every change is kept; until then one merely looks. */
  open(): void {
    this.#writer.open();
  }

  /** Resolves when everything is kept. @throws if the last change of this key could not be */
  async kept(key?: ResourceKey): Promise<void> {
    await this.#writer.kept(key);
  }

  history(key: ResourceKey): History | undefined {
    return this.#histories.get(key);
  }

  /** Takes over what the store holds. */
  declare(): void {
    const { store } = this.#deps;
    for (const resource of store.all()) {
      const key = resourceKey(resource);
      const { spec, metadata, origin } = resource;
      const hash = hashOf([spec, metadata.labels, origin.directory]);
      const content = this.#kinds.get(resource.kind)?.revisions?.contentOf(spec);
      const place = `${origin.file}:${origin.line}`;
      this.put(key, declare(this.#histories.get(key), { key, hash, content, origin: place }, this.#now()));
    }
    const declared = new Set(store.keys());
    for (const key of this.#histories.keys()) if (!declared.has(key)) this.forget(key);
  }

  /** Forgets what is declared no longer, once nothing of it is left: a file may be gone for a moment only. */
  forget(key: ResourceKey): void {
    const { store, exists } = this.#deps;
    if (store.pruneBlock === undefined && this.#histories.has(key) && !exists(key)) this.#drop(key);
  }

  /** The resource as it is in force: as declared, or with an earlier revision where the manifest is held off. */
  get(key: ResourceKey): Resource | undefined {
    const declared = this.#deps.store.get(key);
    if (!declared) return undefined;
    const history = this.#histories.get(key);
    const known = this.#inForce.get(key);
    if (known && known.from[0] === declared && known.from[1] === history) return known.resource;
    const resource = this.#compose(declared, history);
    this.#inForce.set(key, { from: [declared, history], resource });
    return resource;
  }

  all(): Resource[] {
    return this.#deps.store.all().flatMap((declared) => this.get(resourceKey(declared)) ?? []);
  }

  /** What the manifest of a resource declares of what makes a revision; undefined for kinds without revisions. */
  declared(key: ResourceKey): unknown {
    const resource = this.#deps.store.get(key);
    return resource && this.#kinds.get(resource.kind)?.revisions?.contentOf(resource.spec);
  }

  names(kind: string, namespace: string): string[] {
    const all = this.#deps.store.all().filter((each) => each.kind === kind && each.metadata.namespace === namespace);
    return all.map(({ metadata }) => metadata.name);
  }

  rollout(key: ResourceKey): Rollout {
    const [history, declared] = [this.#histories.get(key), this.#deps.store.get(key)];
    const stable = history && stableBeside(history);
    const revisions = declared && this.#kinds.get(declared.kind)?.revisions;
    return {
      drained: history?.drained ?? [],
      ...(stable &&
        revisions && { stable: { ...declared, spec: revisions.withContent(declared.spec, stable.content) } }),
    };
  }

  /** Takes over what a pass has shown. */
  settle(key: ResourceKey, outcome: Outcome, { desire, plan }: Pass): void {
    const history = this.#histories.get(key);
    if (!history) return;
    const text = plan.actions.length > 0 && inForce(history)?.plan === undefined ? formatPlans([plan]) : undefined;
    const settled = settle(history, outcome, text, this.#now());
    const wanted = 'items' in desire && settled.drained.length > 0 ? desire.items.filter(isWorkload) : undefined;
    this.put(
      key,
      wanted
        ? withoutOldMarks(
            settled,
            wanted.map(({ id }) => id),
          )
        : settled,
    );
  }

  /** Takes over a history; the same object as before is no news. */
  put(key: ResourceKey, history: History): void {
    if (this.#histories.get(key) === history) return;
    this.#histories.set(key, history);
    this.#writer.mark(key);
  }

  #drop(key: ResourceKey): void {
    this.#histories.delete(key);
    this.#inForce.delete(key);
    this.#writer.mark(key);
  }

  #compose(declared: Resource, history: History | undefined): Resource {
    const revisions = this.#kinds.get(declared.kind)?.revisions;
    const held = history?.hold && inForce(history);
    const spec = held && revisions ? revisions.withContent(declared.spec, held.content) : declared.spec;
    return { ...declared, spec, generation: history?.generation ?? declared.generation };
  }

  #complete(key: ResourceKey, content: unknown): unknown {
    const { kind } = parseKey(key);
    const spec = readmit(kind, content);
    return spec === undefined ? undefined : this.#kinds.get(kind)?.revisions?.contentOf(spec);
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}

function isWorkload({ type }: DesiredItem): boolean {
  return type === 'workload';
}
