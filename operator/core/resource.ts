/** `<kind>/<namespace>/<name>`: what queues, labels and indexes carry instead of objects. */
export type ResourceKey = string & { readonly __brand?: 'ResourceKey' };

/** A declared object as every layer above admission sees it: valid, defaults filled in. */
export interface Resource<Spec = unknown> {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
  /** Counts the changes of the spec: those that this process has seen, from 1, or as the cluster counts them. */
  readonly generation: number;
  readonly origin: Origin;
}

/** Where a resource was written. */
export interface Origin {
  /** Id of the source; absent where there is only one. */
  readonly source?: string;
  /** Path as the user would type it, relative to the source's root. */
  readonly file: string;
  /** 1-based line of the document's first field; 0 where there are no lines. */
  readonly line: number;
  /** Directory against which relative host paths are resolved; absolute. */
  readonly directory: string;
  /** The object that it is, where it comes from a cluster. */
  readonly object?: ClusterObject;
}

/** An object of a cluster, as far as it is more than its manifest. */
export interface ClusterObject {
  readonly uid: string;
  /** Counts the changes of its spec, as the cluster does. */
  readonly generation: number;
}

/** `files.yaml:14`, or the name alone of what has no lines. */
export function placeOf({ file, line }: Pick<Origin, 'file' | 'line'>): string {
  return line === 0 ? file : `${file}:${line}`;
}

export function keyOf(kind: string, namespace: string, name: string): ResourceKey {
  return `${kind}/${namespace}/${name}`;
}

export function resourceKey(resource: Pick<Resource, 'kind' | 'metadata'>): ResourceKey {
  return keyOf(resource.kind, resource.metadata.namespace, resource.metadata.name);
}

/** The inverse of {@link keyOf}. Missing parts come back empty, since keys are also read from labels of containers. */
export function parseKey(key: ResourceKey): { kind: string; namespace: string; name: string } {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name };
}

/** What a person reads and types: `service/files`, or `service/team-a/files` outside the default namespace. */
export function displayKey(key: ResourceKey): string {
  const { kind, namespace, name } = parseKey(key);
  const short = kind.replace(/^MCP/, '').toLowerCase();
  return namespace === 'default' ? `${short}/${name}` : `${short}/${namespace}/${name}`;
}
