/** What is read of an object by tools that only wait. */
export interface KubernetesObject {
  readonly metadata: { readonly name: string; readonly generation: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

/**
 * The status of a custom resource as Flux, kpt and `helm --wait` compute it, step by step
 * (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/status/generic.go, core.go).
 */
export function kstatus({ metadata, status }: KubernetesObject): 'Terminating' | 'InProgress' | 'Failed' | 'Current' {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (status?.observedGeneration !== undefined && status.observedGeneration !== metadata.generation)
    return 'InProgress';
  const conditions = status?.conditions ?? [];
  for (const { type, status: holds } of conditions) {
    if (type === 'Reconciling' && holds === 'True') return 'InProgress';
    if (type === 'Stalled' && holds === 'True') return 'Failed';
  }
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready && ready.status !== 'True' ? 'InProgress' : 'Current';
}
