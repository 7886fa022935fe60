import { isStatus } from '../../cluster/api-error.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf, type KubeObject, type ObjectKind } from '../../cluster/objects.ts';
import { Fault } from '../../core/fault.ts';
import type { DesiredItem, ItemType, Observed } from '../../core/item.ts';
import { differences } from './applied.ts';
import { asClusterFault } from './faults.ts';
import { fieldManager, isItem, labelsFor, note, notesFor, standsFor } from './labels.ts';
import { namespaceOf, objectName, type Placement } from './naming.ts';
import { removeObject } from './remove-object.ts';
import type { Shelf } from './shelf.ts';

export interface PlainObject extends KubeObject {
  readonly spec?: unknown;
}

export interface PlainObjectsOptions<Item extends DesiredItem> {
  readonly api: ClusterApi;
  readonly scope: string;
  readonly placement: Placement;
  readonly type: ItemType;
  readonly kind: ObjectKind & { readonly kind: string };
  readonly shelf: Shelf<PlainObject>;
  readonly specOf: (item: Item) => unknown;
  /** Fields of what is observed. */
  readonly fieldsOf?: (spec: unknown) => Readonly<Record<string, string>>;
}

/** Objects that are nothing but their spec, one for an item: NetworkPolicies, budgets. What somebody changes is put back. */
export class PlainObjects<Item extends DesiredItem> {
  readonly #options: PlainObjectsOptions<Item>;

  constructor(options: PlainObjectsOptions<Item>) {
    this.#options = options;
  }

  async list(signal: AbortSignal): Promise<Observed[]> {
    const found = await this.#options.shelf.all(signal);
    return found.filter(({ metadata }) => isItem(metadata)).map((object) => this.#observe(object));
  }

  /** Creates the object, or makes of ours what it should be. */
  async put(item: Item): Promise<void> {
    const { api, kind, shelf } = this.#options;
    const body = this.#objectOf(item);
    const { name, namespace } = body.metadata;
    const what = `put ${kind.kind} ${name}`;
    const query = { fieldManager };
    try {
      shelf.wrote(await api.request<PlainObject>({ method: 'POST', path: pathOf(kind, namespace), query, body }));
      return;
    } catch (error) {
      if (!isStatus(error, 409)) throw asClusterFault(what, error);
    }
    try {
      const path = pathOf(kind, namespace, name);
      const found = await api.request<PlainObject>({ path });
      if (!standsFor(this.#options.scope, item, found.metadata)) throw this.#nameTaken(namespace, name);
      if (this.#observe(found).hash === item.hash) return shelf.wrote(found);
      const { resourceVersion } = found.metadata;
      const metadata = { ...body.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
      shelf.wrote(await api.request<PlainObject>({ method: 'PUT', path, query, body: { ...body, metadata } }));
    } catch (error) {
      throw asClusterFault(what, error);
    }
  }

  async remove({ id }: Observed): Promise<void> {
    const { api, kind, shelf } = this.#options;
    const object = shelf.known().find(({ metadata }) => metadata.annotations?.[note.id] === id);
    if (!object) return;
    await removeObject(api, kind, object);
    shelf.removed(object);
  }

  #objectOf(item: Item): PlainObject & { readonly metadata: { readonly namespace: string } } {
    const { scope, placement, kind, specOf } = this.#options;
    const spec = specOf(item);
    return {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        name: objectName(placement, item.owner, item.id),
        namespace: namespaceOf(placement, item.owner),
        labels: labelsFor(scope, item),
        annotations: { ...notesFor(item), [note.applied]: JSON.stringify(spec) },
      },
      spec,
    };
  }

  /** With a hash of its own where somebody changed it, so that it is put right. */
  #observe({ metadata, spec }: PlainObject): Observed {
    const { annotations = {} } = metadata;
    const altered = alterations(annotations[note.applied], spec);
    return {
      type: this.#options.type,
      id: annotations[note.id] ?? '',
      owner: annotations[note.key] ?? '',
      hash: altered.length > 0 ? 'altered' : (annotations[note.hash] ?? ''),
      phase: 'ready',
      fields: {
        ...this.#options.fieldsOf?.(spec),
        ...(altered.length > 0 && { drift: `was changed by somebody: ${altered.join(', ')}` }),
      },
    };
  }

  #nameTaken(namespace: string, name: string): Fault {
    const { kind } = this.#options.kind;
    const message = `a ${kind} ${name} exists in namespace ${namespace} and is not ours; remove it (kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}), or name ours otherwise`;
    return new Fault('conflict', 'NameTaken', message);
  }
}

/** Either way round: what was added lets more through. */
function alterations(applied: string | undefined, spec: unknown): string[] {
  if (applied === undefined) return [];
  try {
    const made: unknown = JSON.parse(applied);
    return [...new Set([...differences(made, spec, 'spec'), ...differences(spec, made, 'spec')])];
  } catch {
    return [`the annotation ${note.applied}`];
  }
}
