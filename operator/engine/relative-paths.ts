import { isAbsolute } from 'node:path';

/** Indexes of volumes with a host path that starts nowhere. */
export function relativePaths(spec: unknown): number[] {
  const { volumes = [] } = spec as { readonly volumes?: readonly { readonly hostPath?: string }[] };
  return volumes.flatMap(({ hostPath }, index) => (hostPath !== undefined && !isAbsolute(hostPath) ? [index] : []));
}
