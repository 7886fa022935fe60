import { stringify } from 'yaml';

export const tinyImage = 'mcpnet-test/tiny:1';
const apiVersion = 'mcpnet.io/v1alpha1';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly spec: { readonly [field: string]: unknown };
}

export function network(spec: Manifest['spec'], name = 'default'): Manifest {
  return { apiVersion, kind: 'MCPNetwork', metadata: { name }, spec };
}

export function service(name: string, spec: Manifest['spec'], metadata: Record<string, unknown> = {}): Manifest {
  return { apiVersion, kind: 'MCPService', metadata: { name, ...metadata }, spec };
}

/** The smallest service: starts in a moment, answers `echo` and `whoami`. Checked often, drained briefly. */
export function tiny(name: string, spec: Manifest['spec'] = {}, metadata: Record<string, unknown> = {}): Manifest {
  return service(
    name,
    {
      image: tinyImage,
      transport: 'streamable-http',
      mcpPort: 3000,
      resources: { memory: '256Mi', pids: 64 },
      healthCheck: { interval: '500ms' },
      rollout: { drainTimeout: '3s' },
      ...spec,
    },
    metadata,
  );
}

/** The text of a file with these documents; a string stands for itself, so that a test can write what no object can say. */
export function fileText(documents: readonly (Manifest | string)[]): string {
  return documents.map((each) => (typeof each === 'string' ? each : stringify(each))).join('---\n');
}
