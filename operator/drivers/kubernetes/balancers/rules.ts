import type { ClusterApi } from '../../../cluster/api.ts';
import type { KubeObject, ObjectKind } from '../../../cluster/objects.ts';
import type { ResourceKey } from '../../../core/resource.ts';
import type { Furniture } from '../../../ports/balancer-cluster.ts';
import { differences } from '../applied.ts';
import { asClusterFault } from '../faults.ts';
import type { Placement } from '../naming.ts';
import { policyKind } from '../network-policy.ts';
import type { Shelf } from '../shelf.ts';
import { balancerMetadata } from './labels.ts';
import { agentPolicy, disruptionBudget } from './policies.ts';
import { changeIn } from './reading.ts';
import type { Writer } from './writer.ts';

export interface RulesOptions {
  readonly scope: string;
  readonly placement: Placement;
  readonly isInPod: boolean;
  readonly shelfOf: (kind: ObjectKind) => Shelf<RuleObject>;
}

export interface RuleObject extends KubeObject {
  readonly spec?: unknown;
}

interface Watched {
  readonly kind: ObjectKind;
  readonly shelf: Shelf<RuleObject>;
}

/** What a cluster may do with the Pods of a balancer, and who reaches them. */
export class Rules {
  readonly #writer: Writer;
  readonly #options: RulesOptions;
  readonly #policies: Watched;
  /** Undefined until the cluster has told which version it knows. */
  #budgets: Watched | undefined;
  #signal: AbortSignal | undefined;

  constructor(writer: Writer, options: RulesOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#policies = { kind: policyKind, shelf: options.shelfOf(policyKind) };
  }

  /** @throws Fault if what is there cannot be known now */
  async known(signal: AbortSignal): Promise<void> {
    const { shelf } = await this.#findBudgets();
    await Promise.all([shelf.all(signal), this.#policies.shelf.all(signal)]);
  }

  follow(signal: AbortSignal): void {
    this.#signal = signal;
    this.#policies.shelf.follow(signal);
    this.#budgets?.shelf.follow(signal);
  }

  /** How they differ from what they should be, in words. */
  drift(furniture: Furniture): string | undefined {
    const { scope, placement } = this.#options;
    const { kind, shelf } = this.#budgets ?? {};
    const budget = kind && shelf && changeIn(shelf, disruptionBudget(scope, placement, furniture, kind.apiVersion));
    return budget ?? this.#policyDrift(furniture);
  }

  /** After `known`. @throws Fault */
  async bring(furniture: Furniture): Promise<void> {
    const { scope, placement, isInPod } = this.#options;
    const budgets = await this.#findBudgets();
    const budget = disruptionBudget(scope, placement, furniture, budgets.kind.apiVersion);
    if (changeIn(budgets.shelf, budget) !== undefined) await this.#writer.apply(budgets.kind, budgets.shelf, budget);
    if (this.#policyDrift(furniture) === undefined) return;
    const policy = agentPolicy(scope, placement, furniture);
    if (isInPod) await this.#writer.apply(policyKind, this.#policies.shelf, policy);
    else await this.#drop(this.#policies, policy);
  }

  /** @throws Fault */
  async clear(balancer: string, owner: ResourceKey): Promise<void> {
    const { scope, placement } = this.#options;
    const metadata = balancerMetadata(scope, placement, owner, balancer);
    for (const watched of [await this.#findBudgets(), this.#policies]) await this.#drop(watched, { metadata });
  }

  /** Either way round: what was added to a list lets more through. Rules name the operator by its Pod, or there are none. */
  #policyDrift(furniture: Furniture): string | undefined {
    const { scope, placement, isInPod } = this.#options;
    const wanted: RuleObject = agentPolicy(scope, placement, furniture);
    const { namespace = '', name } = wanted.metadata;
    const found = this.#policies.shelf.get(namespace, name);
    if (!isInPod) return found && `NetworkPolicy ${name} is there, and the operator is no Pod that it could let in`;
    const added = found && differences(ingressOf(found), ingressOf(wanted), 'spec.ingress')[0];
    return changeIn(this.#policies.shelf, wanted) ?? (added && `NetworkPolicy ${name} has another ${added}`);
  }

  async #drop({ kind, shelf }: Watched, { metadata }: KubeObject): Promise<void> {
    const found = shelf.get(metadata.namespace ?? '', metadata.name);
    if (found) await this.#writer.remove(kind, shelf, found);
  }

  /** Since Kubernetes 1.21 in their final version. */
  async #findBudgets(): Promise<Watched> {
    if (this.#budgets) return this.#budgets;
    const versions = await versionsOf(this.#writer.api).catch((error: unknown) => {
      throw asClusterFault('read the versions of policies', error);
    });
    // Another look may have been faster.
    if (this.#budgets) return this.#budgets;
    const apiVersion = versions.includes('v1') ? 'policy/v1' : 'policy/v1beta1';
    const kind = { apiVersion, plural: 'poddisruptionbudgets' };
    this.#budgets = { kind, shelf: this.#options.shelfOf(kind) };
    if (this.#signal && !this.#signal.aborted) this.#budgets.shelf.follow(this.#signal);
    return this.#budgets;
  }
}

function ingressOf({ spec }: RuleObject): unknown {
  return (spec as { readonly ingress?: unknown } | undefined)?.ingress;
}

async function versionsOf(api: ClusterApi): Promise<string[]> {
  const group = await api.request<{ versions: readonly { version: string }[] }>({ path: '/apis/policy' });
  return group.versions.map(({ version }) => version);
}
