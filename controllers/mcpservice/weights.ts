import type { MCPService } from '../../schemas/types.ts';

const defaultWeight = 100;
/** HAProxy's largest weight of a server (configuration manual, "weight"). */
const mostWeight = 256;

/** A weight for each of `count` replicas, by their order: numbers have gaps where one was drained. */
export function replicaWeights({ loadBalancing }: MCPService['spec'], count: number): number[] {
  const declared = loadBalancing.algorithm === 'weighted' ? loadBalancing.weights : undefined;
  return Array.from({ length: count }, (_, index) => declared?.[index] ?? defaultWeight);
}

/**
 * Weights by which replicas on trial get `percent` of what is given out, and the others the rest in the proportion of
 * their own weights. One of the others always keeps a little: it takes over when the trial falls away.
 */
export function canaryWeights(
  stable: readonly number[],
  trials: number,
  percent: number,
): { readonly stable: number[]; readonly trial: number[] } {
  const sum = stable.reduce((total, weight) => total + weight, 0);
  const rest = 100 - percent;
  const shares = {
    stable: stable.map((weight) => rest * (sum > 0 ? weight / sum : 1 / stable.length)),
    trial: Array.from({ length: trials }, () => percent / trials),
  };
  const scale = mostWeight / Math.max(...shares.stable, ...shares.trial);
  const [kept = 0, ...others] = rounded(shares.stable.map((share) => share * scale));
  const all = [kept, ...others];
  return {
    stable: stable.length === 0 ? [] : all.some((weight) => weight > 0) ? all : [1, ...others],
    trial: rounded(shares.trial.map((share) => share * scale)),
  };
}

/** Whole numbers whose sum is right: what was cut off goes to those that lost most (method of the largest remainder). */
function rounded(values: readonly number[]): number[] {
  const missing = Math.round(values.reduce((total, value) => total + value - Math.floor(value), 0));
  const byLoss = values
    .map((value, index) => ({ index, loss: value - Math.floor(value) }))
    .sort((left, right) => right.loss - left.loss || left.index - right.index)
    .slice(0, missing)
    .map(({ index }) => index);
  return values.map((value, index) => Math.floor(value) + (byLoss.includes(index) ? 1 : 0));
}
