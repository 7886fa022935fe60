import type { ClusterApi } from '../../cluster/api.ts';
import type { BudgetItem } from '../../core/item.ts';
import { label, ownerLabels } from './labels.ts';

const plural = 'poddisruptionbudgets';
const kind = 'PodDisruptionBudget';

/** A PodDisruptionBudget over the Pods of all replicas: whoever empties a node leaves all but one of them. */
export function budgetSpec(scope: string, { owner, spec }: BudgetItem): unknown {
  const matchLabels = { ...ownerLabels(scope, owner), [label.role]: 'replicas' };
  return { minAvailable: spec.available, selector: { matchLabels } };
}

/** Where a cluster has budgets: `policy/v1` since 1.21, before that `policy/v1beta1` with the same fields. */
export async function budgetKind(api: ClusterApi): Promise<{ apiVersion: string; plural: string; kind: string }> {
  try {
    const { versions } = await api.request<{ versions: readonly { groupVersion: string }[] }>({ path: '/apis/policy' });
    const isNew = versions.some(({ groupVersion }) => groupVersion === 'policy/v1');
    return { apiVersion: isNew ? 'policy/v1' : 'policy/v1beta1', plural, kind };
  } catch {
    return { apiVersion: 'policy/v1', plural, kind };
  }
}
