import { isStatus } from '../../cluster/api-error.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf } from '../../cluster/objects.ts';
import { Fault } from '../../core/fault.ts';
import type { Observed, WorkloadItem } from '../../core/item.ts';
import { parseKey } from '../../core/resource.ts';
import { ensureClaims } from './claims.ts';
import { asClusterFault } from './faults.ts';
import { fieldManager, label, labelValue, note, standsFor } from './labels.ts';
import { namespaceOf, objectName, type Placement } from './naming.ts';
import { observeRemains, observeWorkload } from './observe.ts';
import { isOver, isTerminating, type Pod } from './pod-state.ts';
import { removeObject } from './remove-object.ts';
import type { Shelf } from './shelf.ts';
import { workloadKinds, workloadObject, type WorkloadKind, type WorkloadObject } from './workload-object.ts';

export interface WorkloadsOptions {
  readonly api: ClusterApi;
  readonly scope: string;
  readonly placement: Placement;
  readonly mayWrite: () => boolean;
  readonly objects: Readonly<Record<WorkloadKind, Shelf<WorkloadObject>>>;
  readonly pods: Shelf<Pod>;
}

const kinds: readonly WorkloadKind[] = ['Deployment', 'StatefulSet'];
/** How long an action waits for Pods to be gone; whoever looks next waits on. */
const endingMs = 30_000;
const lookEveryMs = 50;

/** The Deployments and StatefulSets of a scope: what there are, and how they are made, put right and taken away. */
export class Workloads {
  readonly #options: WorkloadsOptions;

  constructor(options: WorkloadsOptions) {
    this.#options = options;
  }

  async list(signal: AbortSignal): Promise<Observed[]> {
    const { objects, pods: shelf } = this.#options;
    const [deployments, sets, all] = await Promise.all([
      objects.Deployment.all(signal),
      objects.StatefulSet.all(signal),
      shelf.all(signal),
    ]);
    const byId = new Map<string, Pod[]>();
    for (const pod of all) {
      if (isOver(pod) && isTerminating(pod)) continue;
      const id = pod.metadata.annotations?.[note.id] ?? '';
      byId.set(id, [...(byId.get(id) ?? []), pod]);
    }
    const ours = [...deployments, ...sets].filter((object) => this.#isWhole(object));
    const observed = ours.map((object) => observeWorkload(object, byId.get(idOf(object)) ?? []));
    const known = new Set(observed.map(({ id }) => id));
    const remains = [...byId].flatMap(([id, [pod]]) =>
      pod && id !== '' && !known.has(id) ? [observeRemains(pod)] : [],
    );
    return [...observed, ...remains];
  }

  async read(id: string, signal: AbortSignal): Promise<Observed | undefined> {
    const { objects, pods: shelf } = this.#options;
    const [deployments, sets, all] = await Promise.all([
      objects.Deployment.all(signal),
      objects.StatefulSet.all(signal),
      shelf.all(signal),
    ]);
    const own = all.filter((pod) => pod.metadata.annotations?.[note.id] === id && !(isOver(pod) && isTerminating(pod)));
    const object = [...deployments, ...sets].find((each) => idOf(each) === id && this.#isWhole(each));
    return object ? observeWorkload(object, own) : own[0] && observeRemains(own[0]);
  }

  /** Makes the object unless it exists, and has its Pod run unless it does or is only to be made. */
  async run(item: WorkloadItem, andStart: boolean): Promise<void> {
    const existing = this.#find(item);
    if (!existing) {
      const { api, placement, scope } = this.#options;
      this.#expectToLead();
      await ensureClaims(api, placement, item);
      await this.#create(item, workloadObject(scope, placement, item, andStart ? 1 : 0));
    } else if (andStart && existing.object.spec.replicas === 0) await this.#scale(item.id, existing);
  }

  /** Takes back what somebody changed about it. */
  async adjust(item: WorkloadItem): Promise<void> {
    const existing = this.#find(item);
    if (existing && existing.object.spec.replicas !== 1) await this.#scale(item.id, existing);
  }

  /** Resolves when its Pods are gone, or after a time in which they should be. */
  async remove({ id, owner }: Observed, signal: AbortSignal): Promise<void> {
    const existing = this.#find({ id, owner });
    if (existing) await this.#delete(existing);
    const { pods: shelf } = this.#options;
    const untilMs = performance.now() + endingMs;
    while (!signal.aborted && performance.now() < untilMs) {
      if (!shelf.known().some((pod) => pod.metadata.annotations?.[note.id] === id && !isOver(pod))) return;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      await shelf.all(signal);
    }
  }

  async #create(item: WorkloadItem, { kind, body }: ReturnType<typeof workloadObject>): Promise<void> {
    const { api, objects, scope } = this.#options;
    const what = `create ${kind} ${body.metadata.name}`;
    try {
      const path = pathOf(workloadKinds[kind], body.metadata.namespace);
      objects[kind].wrote(await api.request<WorkloadObject>({ method: 'POST', path, query: { fieldManager }, body }));
    } catch (error) {
      if (!isStatus(error, 409)) throw asClusterFault(what, error);
      const { name, namespace } = body.metadata;
      const path = pathOf(workloadKinds[kind], namespace, name);
      const found = await api.request<WorkloadObject>({ path }).catch((again: unknown) => {
        throw asClusterFault(what, again);
      });
      const template = found.spec.template.metadata ?? {};
      if (!standsFor(scope, item, template)) throw nameTaken(kind, namespace, name, error);
      if (standsFor(scope, item, found.metadata)) return objects[kind].wrote(found);
      await this.#label(item, kind, found);
    }
  }

  /** Somebody took away the labels by which it is found; what it runs still says whose it is. */
  async #label(item: WorkloadItem, kind: WorkloadKind, { metadata }: WorkloadObject): Promise<void> {
    const { scope, placement } = this.#options;
    const { labels, annotations } = workloadObject(scope, placement, item, 1).body.metadata;
    await this.#patch(`label ${item.id}`, kind, metadata, { metadata: { labels, annotations } });
  }

  async #scale(id: string, { kind, object }: Found): Promise<void> {
    await this.#patch(`scale ${id}`, kind, object.metadata, { spec: { replicas: 1 } });
  }

  async #patch(
    what: string,
    kind: WorkloadKind,
    { namespace, name }: WorkloadObject['metadata'],
    body: unknown,
  ): Promise<void> {
    this.#expectToLead();
    const { api, objects } = this.#options;
    const path = pathOf(workloadKinds[kind], namespace, name);
    const contentType = 'application/merge-patch+json';
    try {
      objects[kind].wrote(
        await api.request<WorkloadObject>({ method: 'PATCH', path, query: { fieldManager }, body, contentType }),
      );
    } catch (error) {
      throw asClusterFault(what, error);
    }
  }

  async #delete({ kind, object }: Found): Promise<void> {
    this.#expectToLead();
    const { api, objects } = this.#options;
    await removeObject(api, workloadKinds[kind], object);
    objects[kind].removed(object);
  }

  #find({ id, owner }: Pick<Observed, 'id' | 'owner'>): Found | undefined {
    const { objects, placement } = this.#options;
    const [namespace, name] = [namespaceOf(placement, owner), objectName(placement, owner, id)];
    for (const kind of kinds) {
      const object = objects[kind].get(namespace, name);
      if (object && this.#isWhole(object) && idOf(object) === id) return { kind, object };
    }
    return undefined;
  }

  /** Our label alone proves nothing: others copy it. An object of ours has the name that its notes give. */
  #isWhole({ metadata }: WorkloadObject): boolean {
    const { placement, scope } = this.#options;
    const { [note.id]: id = '', [note.key]: owner = '', [note.hash]: hash } = metadata.annotations ?? {};
    const isNamed = metadata.name === objectName(placement, owner, id);
    const isPlaced = metadata.namespace === namespaceOf(placement, owner);
    const isMarked = metadata.labels?.[label.owner] === labelValue(scope) && metadata.labels[label.role] !== undefined;
    return isNamed && isPlaced && isMarked && hash !== undefined && parseKey(owner).name !== '';
  }

  #expectToLead(): void {
    if (this.#options.mayWrite()) return;
    throw new Fault('transient', 'NotLeading', 'another operator writes for this scope; this one no longer does');
  }
}

interface Found {
  readonly kind: WorkloadKind;
  readonly object: WorkloadObject;
}

function idOf({ metadata }: WorkloadObject): string {
  return metadata.annotations?.[note.id] ?? '';
}

function nameTaken(kind: WorkloadKind, namespace: string, name: string, cause: unknown): Fault {
  const message = `a ${kind} ${name} exists in namespace ${namespace} and is not ours; remove it (kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}), or name the service otherwise`;
  return new Fault('conflict', 'NameTaken', message, { cause });
}
