import type { ClusterApi } from '../../../cluster/api.ts';
import type { KubeObject, ObjectKind } from '../../../cluster/objects.ts';
import type { ResourceKey } from '../../../core/resource.ts';
import type { Furniture } from '../../../ports/balancer-cluster.ts';
import { asClusterFault } from '../faults.ts';
import type { Placement } from '../naming.ts';
import { policyKind } from '../network-policy.ts';
import { balancerMetadata } from './labels.ts';
import { agentPolicy, disruptionBudget } from './policies.ts';
import type { Writer } from './writer.ts';

export interface RulesOptions {
  readonly scope: string;
  readonly placement: Placement;
  readonly isInPod: boolean;
}

/** What a cluster may do with the Pods of a balancer, and who reaches them. Nobody watches it: it is written once by each operator. */
export class Rules {
  readonly #writer: Writer;
  readonly #options: RulesOptions;
  /** What was applied last, by kind and name. */
  readonly #applied = new Map<string, string>();
  #budgets: Promise<ObjectKind> | undefined;

  constructor(writer: Writer, options: RulesOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** @throws Fault */
  async bring(furniture: Furniture): Promise<void> {
    const { scope, placement, isInPod } = this.#options;
    const budgets = await this.#budgetKind();
    await this.#put(budgets, disruptionBudget(scope, placement, furniture, budgets.apiVersion));
    const policy = agentPolicy(scope, placement, furniture);
    if (isInPod) await this.#put(policyKind, policy);
    else await this.#drop(policyKind, policy);
  }

  /** @throws Fault */
  async clear(balancer: string, owner: ResourceKey): Promise<void> {
    const { scope, placement } = this.#options;
    const metadata = balancerMetadata(scope, placement, owner, balancer);
    for (const kind of [await this.#budgetKind(), policyKind]) await this.#drop(kind, { metadata });
    this.#applied.clear();
  }

  async #put(kind: ObjectKind, object: KubeObject): Promise<void> {
    const [key, text] = [keyOf(kind, object), JSON.stringify(object)];
    if (this.#applied.get(key) === text) return;
    await this.#writer.apply(kind, undefined, object);
    this.#applied.set(key, text);
  }

  async #drop(kind: ObjectKind, object: KubeObject): Promise<void> {
    const key = keyOf(kind, object);
    if (this.#applied.get(key) === 'none') return;
    await this.#writer.remove(kind, undefined, object);
    this.#applied.set(key, 'none');
  }

  /** Since Kubernetes 1.21 in its final version. */
  #budgetKind(): Promise<ObjectKind> {
    this.#budgets ??= versionsOf(this.#writer.api).then(
      (versions) => ({
        apiVersion: versions.includes('v1') ? 'policy/v1' : 'policy/v1beta1',
        plural: 'poddisruptionbudgets',
      }),
      (error: unknown) => {
        this.#budgets = undefined;
        throw asClusterFault('read the versions of policies', error);
      },
    );
    return this.#budgets;
  }
}

async function versionsOf(api: ClusterApi): Promise<string[]> {
  const group = await api.request<{ versions: readonly { version: string }[] }>({ path: '/apis/policy' });
  return group.versions.map(({ version }) => version);
}

function keyOf({ plural }: ObjectKind, { metadata }: KubeObject): string {
  return `${plural}/${metadata.namespace}/${metadata.name}`;
}
