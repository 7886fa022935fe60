import { isStatus } from '../../cluster/api-error.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import { pathOf } from '../../cluster/objects.ts';
import { Fault } from '../../core/fault.ts';
import type { NetworkItem, Observed } from '../../core/item.ts';
import { asClusterFault } from './faults.ts';
import { fieldManager, note, standsFor } from './labels.ts';
import type { Placement } from './naming.ts';
import { observePolicy, policyKind, policyObject, type Policy } from './network-policy.ts';
import { removeObject } from './remove-object.ts';
import type { Shelf } from './shelf.ts';

export interface NetworksOptions {
  readonly api: ClusterApi;
  readonly scope: string;
  readonly placement: Placement;
  readonly policies: Shelf<Policy>;
}

/** The NetworkPolicies of a scope. */
export class Networks {
  readonly #options: NetworksOptions;

  constructor(options: NetworksOptions) {
    this.#options = options;
  }

  async list(signal: AbortSignal): Promise<Observed[]> {
    const found = await this.#options.policies.all(signal);
    return found.filter(({ metadata }) => metadata.annotations?.[note.key] !== undefined).map(observePolicy);
  }

  /** Creates the policy, or makes of ours what it should be. */
  async put(item: NetworkItem): Promise<void> {
    const { api, scope, placement, policies } = this.#options;
    const body = policyObject(scope, placement, item);
    const { name, namespace } = body.metadata;
    const what = `put NetworkPolicy ${name}`;
    const query = { fieldManager };
    try {
      policies.wrote(await api.request<Policy>({ method: 'POST', path: pathOf(policyKind, namespace), query, body }));
      return;
    } catch (error) {
      if (!isStatus(error, 409)) throw asClusterFault(what, error);
    }
    try {
      const path = pathOf(policyKind, namespace, name);
      const found = await api.request<Policy>({ path });
      if (!standsFor(scope, item, found.metadata)) throw nameTaken(namespace, name);
      if (observePolicy(found).hash === item.hash) return policies.wrote(found);
      const { resourceVersion } = found.metadata;
      const metadata = { ...body.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
      policies.wrote(await api.request<Policy>({ method: 'PUT', path, query, body: { ...body, metadata } }));
    } catch (error) {
      throw asClusterFault(what, error);
    }
  }

  async remove({ id }: Observed): Promise<void> {
    const { api, policies } = this.#options;
    const policy = policies.known().find(({ metadata }) => metadata.annotations?.[note.id] === id);
    if (!policy) return;
    await removeObject(api, policyKind, policy);
    policies.removed(policy);
  }
}

function nameTaken(namespace: string, name: string): Fault {
  const message = `a NetworkPolicy ${name} exists in namespace ${namespace} and is not ours; remove it (kubectl -n ${namespace} delete networkpolicy ${name}), or name another in spec.networks`;
  return new Fault('conflict', 'NameTaken', message);
}
