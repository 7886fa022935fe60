import type { KubeObject } from '../../cluster/objects.ts';
import { keyOf, type ResourceKey } from '../../core/resource.ts';
import type { SourceDocument } from '../../ports/source.ts';

/** An object of one of our kinds as the cluster has it. */
export interface Declared extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** A kind of ours, as the cluster names it. */
export interface DeclaredKind {
  readonly kind: string;
  readonly plural: string;
}

export const apiVersion = 'mcpnet.io/v1alpha1';
export const declaredKinds: readonly DeclaredKind[] = [
  { kind: 'MCPNetwork', plural: 'mcpnetworks' },
  { kind: 'MCPService', plural: 'mcpservices' },
];

/** Where people find an object: `mcpservices/team-a/files`. */
export function fileOf({ plural }: DeclaredKind, { metadata }: KubeObject): string {
  return `${plural}/${metadata.namespace ?? 'default'}/${metadata.name}`;
}

export function resourceOf({ kind }: DeclaredKind, { metadata }: KubeObject): ResourceKey {
  return keyOf(kind, metadata.namespace ?? 'default', metadata.name);
}

/** The part of an object that is its manifest. One that is being deleted declares nothing any more. */
export function documentOf(kind: DeclaredKind, object: Declared): SourceDocument | undefined {
  const { name, namespace, labels, uid = '', generation = 1, deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) return undefined;
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) };
  return {
    value: { apiVersion, kind: kind.kind, metadata, spec: object.spec ?? {} },
    file: fileOf(kind, object),
    directory: '',
    object: { uid, generation },
    locate: () => ({ line: 0, column: 0 }),
  };
}
