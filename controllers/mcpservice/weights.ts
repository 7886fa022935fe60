import type { MCPService } from '../../schemas/types.ts';

const defaultWeight = 100;

/** A weight for each of `count` replicas, by their order: numbers have gaps where one was drained. */
export function replicaWeights({ loadBalancing }: MCPService['spec'], count: number): number[] {
  const declared = loadBalancing.algorithm === 'weighted' ? loadBalancing.weights : undefined;
  return Array.from({ length: count }, (_, index) => declared?.[index] ?? defaultWeight);
}
