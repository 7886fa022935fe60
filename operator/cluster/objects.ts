/** What all objects of a cluster have (Kubernetes API conventions, "Objects"). */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    /** Set while it is being deleted and something still keeps it. */
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly unknown[];
  };
}

/** Where objects of one kind are, as the API serves them. */
export interface ObjectKind {
  /** `v1`, `apps/v1`, `mcpnet.io/v1alpha1`. */
  readonly apiVersion: string;
  /** Lower case plural: `deployments`. */
  readonly plural: string;
}

/** Path of a kind's objects, in one namespace or (without one) in all; of a single one with a name. */
export function pathOf({ apiVersion, plural }: ObjectKind, namespace?: string, name?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${within}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
