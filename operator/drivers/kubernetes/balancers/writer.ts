import { isStatus } from '../../../cluster/api-error.ts';
import type { ClusterApi } from '../../../cluster/api.ts';
import { pathOf, type KubeObject, type ObjectKind } from '../../../cluster/objects.ts';
import { Fault } from '../../../core/fault.ts';
import { asClusterFault } from '../faults.ts';
import { fieldManager, label, note } from '../labels.ts';
import type { Shelf } from '../shelf.ts';
import { balancerNote } from './labels.ts';

/** Writes objects of ours, and touches no other. */
export class Writer {
  readonly api: ClusterApi;
  readonly #mayWrite: () => boolean;

  constructor(api: ClusterApi, mayWrite: () => boolean) {
    this.api = api;
    this.#mayWrite = mayWrite;
  }

  /** @param shelf on which it lies, if it is watched @throws Fault */
  async apply<Object extends KubeObject>(
    kind: ObjectKind,
    shelf: Shelf<Object> | undefined,
    body: KubeObject,
  ): Promise<Object> {
    this.#expectToLead();
    const { name, namespace } = body.metadata;
    const path = pathOf(kind, namespace, name);
    try {
      if (!shelf?.get(namespace ?? '', name)) await this.expectFree(kind, body);
      const object = await this.api.apply<Object>(path, fieldManager, body);
      shelf?.wrote(object);
      return object;
    } catch (error) {
      throw error instanceof Fault
        ? error
        : asClusterFault(`apply ${body.kind ?? kind.plural} ${namespace}/${name}`, error);
    }
  }

  /** @throws Fault */
  async remove<Object extends KubeObject>(
    kind: ObjectKind,
    shelf: Shelf<Object> | undefined,
    object: Object,
  ): Promise<void> {
    this.#expectToLead();
    const { name, namespace } = object.metadata;
    const body = { propagationPolicy: 'Background' };
    try {
      await this.api.request({ method: 'DELETE', path: pathOf(kind, namespace, name), body });
    } catch (error) {
      if (!isStatus(error, 404)) throw asClusterFault(`remove ${kind.plural} ${namespace}/${name}`, error);
    }
    shelf?.removed(object);
  }

  /** To apply by force takes over whatever has the name. @throws Fault conflict `NameTaken` */
  async expectFree(objectKind: ObjectKind, { kind, metadata }: KubeObject): Promise<void> {
    const { name, namespace } = metadata;
    const path = pathOf(objectKind, namespace, name);
    const found = await this.api.request<KubeObject>({ path }).catch((error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw asClusterFault(`read ${kind} ${namespace}/${name}`, error);
    });
    if (!found || isSame(found, metadata)) return;
    throw new Fault(
      'conflict',
      'NameTaken',
      `a ${kind} ${name} exists in namespace ${namespace} and is not ours; remove it (kubectl -n ${namespace} delete ${kind?.toLowerCase()} ${name}), or name the resource otherwise`,
    );
  }

  #expectToLead(): void {
    if (this.#mayWrite()) return;
    throw new Fault('transient', 'NotLeading', 'another operator writes for this scope; this one no longer does');
  }
}

/** By whose it is said to be, whatever labels somebody took away. */
function isSame({ metadata: { annotations = {}, labels = {} } }: KubeObject, wanted: KubeObject['metadata']): boolean {
  const ours = wanted.labels?.[label.owner];
  return (
    (labels[label.owner] === undefined || labels[label.owner] === ours) &&
    annotations[note.key] !== undefined &&
    annotations[note.key] === wanted.annotations?.[note.key] &&
    annotations[balancerNote] === wanted.annotations?.[balancerNote]
  );
}
