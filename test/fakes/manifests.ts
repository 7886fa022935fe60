import type { Resource } from '../../operator/core/resource.ts';
import { admit } from '../../operator/engine/admit.ts';
import type { Snapshot, SourceDocument } from '../../operator/ports/source.ts';

export type Manifest = Readonly<Record<string, unknown>>;

export function service(name: string, spec: Manifest = {}, namespace = 'default'): Manifest {
  return {
    apiVersion: 'mcpnet.io/v1alpha1',
    kind: 'MCPService',
    metadata: { name, namespace },
    spec: { image: 'tiny:1', transport: 'stdio', ...spec },
  };
}

export function network(name = 'default', spec: Manifest = {}, namespace = 'default'): Manifest {
  return { apiVersion: 'mcpnet.io/v1alpha1', kind: 'MCPNetwork', metadata: { name, namespace }, spec };
}

/** A manifest as a source gives it, at line 1 of a file. */
export function documentOf(value: unknown, file = 'files.yaml'): SourceDocument {
  return { value, file, directory: '/manifests', locate: () => ({ line: 1, column: 1 }) };
}

export function snapshotOf(values: readonly unknown[], more: Partial<Snapshot> = {}): Snapshot {
  return { documents: values.map((value) => documentOf(value)), problems: [], complete: true, ...more };
}

/** A manifest as controllers see it: valid, with its defaults. */
export function resourceOf<Spec>(manifest: Manifest): Resource<Spec> {
  const verdict = admit(documentOf(manifest));
  if (!verdict.ok) throw new Error(verdict.problems.map(({ path, message }) => `${path} ${message}`).join('; '));
  const { kind, metadata, spec } = verdict.admitted;
  // Admission has just checked it against the schema that the type is generated from.
  return {
    kind,
    metadata,
    spec: spec as Spec,
    generation: 1,
    origin: { file: 'files.yaml', line: 1, directory: '/manifests' },
  };
}
