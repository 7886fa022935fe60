import { withoutOldMarks } from '../core/drain.ts';
import { fromDocument, toDocument } from '../core/history-document.ts';
import { declare, inForce, redactLast, settle, stableBeside, type History, type Outcome } from '../core/history.ts';
import type { DesiredItem } from '../core/item.ts';
import type { Kind, Rollout } from '../core/kind.ts';
import { formatPlans } from '../core/plan.ts';
import { parseKey, placeOf, resourceKey, type Resource, type ResourceKey } from '../core/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { MayWrite } from '../ports/leadership.ts';
import type { Logger } from '../ports/logger.ts';
import type { Records } from '../ports/records.ts';
import { readmit } from './admit.ts';
import type { Pass } from './reconcile.ts';
import { RecordWriter } from './record-writer.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from './store.ts';

export interface LedgerDeps {
  readonly kinds: readonly Kind<unknown>[];
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly mayWrite: MayWrite;
  readonly secrets: Pick<Secrets, 'redact'>;
  /** Whether anything of a resource exists, or cannot be seen. */
  readonly exists: (key: ResourceKey) => boolean;
}

interface InForce {
  readonly declared: Resource;
  readonly history: History | undefined;
  readonly resource: Resource;
  readonly rollout: Rollout;
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
  readonly #inForce = new Map<ResourceKey, InForce>();
  /** Remembered, and declared no longer. */
  readonly #undeclared = new Set<ResourceKey>();

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
    const { records, logger, store } = this.#deps;
    const { documents, damaged } = await records.load();
    for (const what of damaged) logger.warn('a record is damaged; its history starts anew', { what });
    for (const document of documents) {
      const history = fromDocument(document, (key, content) => this.#complete(key, content));
      if (history) {
        this.#histories.set(history.key, history);
        this.#undeclared.add(history.key);
        if (history.source !== undefined) store.recall(history.key, history.source);
      } else
        logger.warn('a record is not one of ours; its history starts anew', {
          what: JSON.stringify(document).slice(0, 80),
        });
    }
  }

  /** From now on every change is kept; until then one merely looks. */
  open(): void {
    this.#writer.open();
  }

  /** Tries again to keep what could not be kept: the disk may have been full for a while only. */
  retry(): void {
    this.#writer.retry();
  }

  /** Resolves when everything is kept. @throws if the last change of this key could not be */
  async kept(key?: ResourceKey): Promise<void> {
    await this.#writer.kept(key);
  }

  history(key: ResourceKey): History | undefined {
    return this.#histories.get(key);
  }

  /** Takes over what the store holds of these keys now. */
  declare(keys: Iterable<ResourceKey>): void {
    for (const key of keys) this.#declare(key);
    // Of what is declared no longer something may have been left so far.
    for (const key of this.#undeclared) {
      if (this.#deps.store.get(key)) this.#undeclared.delete(key);
      else this.forget(key);
    }
  }

  #declare(key: ResourceKey): void {
    const { store } = this.#deps;
    const resource = store.get(key);
    if (!resource) {
      this.#undeclared.add(key);
      return;
    }
    const { kind, spec, origin } = resource;
    const content = this.#kinds.get(kind)?.revisions?.contentOf(spec);
    const declaration = {
      key,
      hash: store.hash(key) ?? '',
      content,
      origin: placeOf(origin),
      source: origin.source,
    };
    this.put(key, declare(this.#histories.get(key), declaration, this.#now()));
  }

  /** Forgets what is declared no longer, once nothing of it is left: a file may be gone for a moment only. */
  forget(key: ResourceKey): void {
    const { store, exists } = this.#deps;
    if (!this.#histories.has(key)) this.#undeclared.delete(key);
    else if (store.whyKept(key) === undefined && !exists(key)) this.#drop(key);
  }

  /** The resource as it is in force: as declared, or with an earlier revision where the manifest is held off. */
  get(key: ResourceKey): Resource | undefined {
    return this.#resolve(key)?.resource;
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
    const all = this.#deps.store.ofKind(kind).filter(({ metadata }) => metadata.namespace === namespace);
    return all.map(({ metadata }) => metadata.name);
  }

  rollout(key: ResourceKey): Rollout {
    return this.#resolve(key)?.rollout ?? { drained: this.#histories.get(key)?.drained ?? [] };
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
    this.#histories.set(key, redactLast(history, this.#deps.secrets.redact));
    this.#writer.mark(key);
  }

  #drop(key: ResourceKey): void {
    this.#histories.delete(key);
    this.#inForce.delete(key);
    this.#undeclared.delete(key);
    this.#deps.store.forget(key);
    this.#writer.mark(key);
  }

  /** The same objects as before, as long as neither the manifest nor the history has changed. */
  #resolve(key: ResourceKey): InForce | undefined {
    const declared = this.#deps.store.get(key);
    if (!declared) return undefined;
    const history = this.#histories.get(key);
    const known = this.#inForce.get(key);
    if (known && known.declared === declared && known.history === history) return known;
    const resource = this.#compose(declared, history);
    const made = { declared, history, resource, rollout: this.#rollout(declared, history) };
    this.#inForce.set(key, made);
    return made;
  }

  #rollout(declared: Resource, history: History | undefined): Rollout {
    const stable = history && stableBeside(history);
    const revisions = this.#kinds.get(declared.kind)?.revisions;
    return {
      drained: history?.drained ?? [],
      ...(stable &&
        revisions && { stable: { ...declared, spec: revisions.withContent(declared.spec, stable.content) } }),
    };
  }

  #compose(declared: Resource, history: History | undefined): Resource {
    const revisions = this.#kinds.get(declared.kind)?.revisions;
    const held = history?.hold && inForce(history);
    const generation = declared.origin.object?.generation ?? history?.generation ?? declared.generation;
    const spec = held && revisions ? revisions.withContent(declared.spec, held.content) : declared.spec;
    return { ...declared, spec, generation };
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
