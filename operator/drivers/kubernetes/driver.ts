import type { ClusterApi } from '../../cluster/api.ts';
import type { KubeObject, ObjectKind } from '../../cluster/objects.ts';
import { Fault } from '../../core/fault.ts';
import type { BudgetItem, ItemRef, ItemType, NetworkItem, Observed } from '../../core/item.ts';
import type { Action } from '../../core/plan.ts';
import type { Driver, Hint } from '../../ports/driver.ts';
import type { MayWrite } from '../../ports/leadership.ts';
import { budgetSpec } from './budget.ts';
import { claimKind, createVolume, observeClaim, type Claim } from './claims.ts';
import { isItem, label, labelValue, note } from './labels.ts';
import type { Placement } from './naming.ts';
import { policyFields, policyKind, policySpec } from './network-policy.ts';
import { PlainObjects, type PlainObject } from './plain-objects.ts';
import type { Pod } from './pod-state.ts';
import { removeObject } from './remove-object.ts';
import { Shelf } from './shelf.ts';
import { workloadKinds, type WorkloadObject } from './workload-object.ts';
import { Workloads } from './workloads.ts';

export interface KubernetesDriverOptions {
  readonly api: ClusterApi;
  readonly scope: string;
  readonly placement: Placement;
  /** Namespaces that are looked into; without it all. */
  readonly namespaces?: readonly string[];
  readonly mayWrite?: MayWrite | undefined;
  /** Where the cluster has budgets, see {@link budgetKind}. */
  readonly budgets: ObjectKind & { readonly kind: string };
}

const podKind: ObjectKind = { apiVersion: 'v1', plural: 'pods' };

/** Workloads, networks and volumes as Deployments, NetworkPolicies and claims of a Kubernetes cluster. */
export class KubernetesDriver implements Driver {
  readonly name = 'kubernetes';
  readonly types: readonly ItemType[] = ['network', 'volume', 'budget', 'workload'];
  readonly #options: KubernetesDriverOptions;
  readonly #workloads: Workloads;
  readonly #networks: PlainObjects<NetworkItem>;
  readonly #budgets: PlainObjects<BudgetItem>;
  readonly #claims: Shelf<Claim>;
  readonly #shelves: readonly { follow(signal: AbortSignal): void }[];
  #hint: Hint = () => undefined;

  constructor(options: KubernetesDriverOptions) {
    this.#options = options;
    const mayWrite = options.mayWrite ?? ((): boolean => true);
    const deployments = this.#shelf<WorkloadObject>(workloadKinds.Deployment, 'workload');
    const sets = this.#shelf<WorkloadObject>(workloadKinds.StatefulSet, 'workload');
    const pods = this.#shelf<Pod>(podKind, 'workload');
    const policies = this.#shelf<PlainObject>(policyKind, 'network');
    const budgets = this.#shelf<PlainObject>(options.budgets, 'budget');
    this.#claims = this.#shelf<Claim>(claimKind, 'volume');
    this.#shelves = [deployments, sets, pods, policies, budgets, this.#claims];
    this.#workloads = new Workloads({
      ...options,
      mayWrite,
      objects: { Deployment: deployments, StatefulSet: sets },
      pods,
    });
    const { scope } = options;
    this.#networks = new PlainObjects({
      ...options,
      type: 'network',
      kind: policyKind,
      shelf: policies,
      specOf: (item: NetworkItem) => policySpec(scope, item),
      fieldsOf: policyFields,
    });
    this.#budgets = new PlainObjects({
      ...options,
      type: 'budget',
      kind: options.budgets,
      shelf: budgets,
      specOf: (item: BudgetItem) => budgetSpec(scope, item),
    });
  }

  async list(signal: AbortSignal): Promise<Observed[]> {
    const [workloads, networks, budgets, claims] = await Promise.all([
      this.#workloads.list(signal),
      this.#networks.list(signal),
      this.#budgets.list(signal),
      this.#claims.all(signal),
    ]);
    return [
      ...workloads,
      ...networks,
      ...budgets,
      ...claims.filter(({ metadata }) => isItem(metadata)).map(observeClaim),
    ];
  }

  async read({ type, id }: ItemRef, signal: AbortSignal): Promise<Observed | undefined> {
    if (type === 'workload') return this.#workloads.read(id, signal);
    const all = await this.#listOf(type, signal);
    return all.find((each) => each.id === id);
  }

  async apply(action: Action, signal: AbortSignal): Promise<Observed | undefined> {
    this.#expectToLead();
    if (action.verb === 'drain') throw new Fault('bug', 'InternalError', `Kubernetes cannot drain ${action.item.id}`);
    if (action.verb === 'remove') await this.#remove(action.item, signal);
    else await this.#grow(action);
    return this.read(action.item, signal);
  }

  watch(hint: Hint, signal: AbortSignal): void {
    this.#hint = (ref) => {
      if (!signal.aborted) hint(ref);
    };
    for (const shelf of this.#shelves) shelf.follow(signal);
  }

  async #listOf(type: ItemType, signal: AbortSignal): Promise<Observed[]> {
    if (type === 'network') return this.#networks.list(signal);
    if (type === 'budget') return this.#budgets.list(signal);
    return (await this.#claims.all(signal)).filter(({ metadata }) => isItem(metadata)).map(observeClaim);
  }

  async #grow({ verb, item }: Exclude<Action, { verb: 'drain' | 'remove' }>): Promise<void> {
    const { api, scope, placement } = this.#options;
    switch (item.type) {
      case 'network':
        return this.#networks.put(item);
      case 'budget':
        return this.#budgets.put(item);
      case 'volume': {
        const claim = await createVolume(api, scope, placement, item);
        return claim && this.#claims.wrote(claim);
      }
      case 'workload':
        return verb === 'update' ? this.#workloads.adjust(item) : this.#workloads.run(item, verb !== 'prepare');
      case 'balancer':
      case 'backend':
      case 'registration':
      case 'server':
        throw new Fault('bug', 'InternalError', `Kubernetes has no items of type ${item.type}`);
    }
  }

  async #remove(item: Observed, signal: AbortSignal): Promise<void> {
    if (item.type === 'workload') return this.#workloads.remove(item, signal);
    if (item.type === 'network') return this.#networks.remove(item);
    if (item.type === 'budget') return this.#budgets.remove(item);
    const claim = this.#claims.known().find(({ metadata }) => metadata.annotations?.[note.id] === item.id);
    if (!claim) return;
    await removeObject(this.#options.api, claimKind, claim);
    this.#claims.removed(claim);
  }

  #shelf<Object extends KubeObject>(kind: ObjectKind, type: ItemType): Shelf<Object> {
    const { api, scope, placement, namespaces } = this.#options;
    const among = placement.namespace === undefined ? namespaces : [placement.namespace];
    return new Shelf<Object>({
      api,
      kind,
      ...(among && { namespaces: among }),
      query: { labelSelector: `${label.owner}=${labelValue(scope)}` },
      changed: (objects) => {
        for (const { metadata } of objects) {
          const id = metadata.annotations?.[note.id];
          if (id !== undefined) this.#hint({ type, id });
        }
      },
      renewed: () => {
        this.#hint('all');
      },
    });
  }

  #expectToLead(): void {
    if (this.#options.mayWrite?.() ?? true) return;
    throw new Fault('transient', 'NotLeading', 'another operator writes for this scope; this one no longer does');
  }
}
