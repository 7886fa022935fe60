/** An object as it is applied to a cluster. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What an installation is asked for. */
export interface Installation {
  /** Where the operator itself runs. */
  readonly namespace: string;
  /** Where it looks for MCPNetworks and MCPServices and runs them; none: everywhere. */
  readonly watched: readonly string[];
  readonly image: string;
  /** One leads, the others stand by. */
  readonly replicas: number;
  /** Separates operators that share a cluster. */
  readonly scope: string;
}

export const operatorName = 'mcpnet-operator';
export const dashboardPort = 11_091;
export const healthPort = 8_081;
/** Holds the token for changes at the dashboard's port, under the key `token`. */
export const tokenSecret = 'mcpnet-dashboard-token';

/** On everything that belongs to the operator itself; by `instance` an installation finds its own again. */
export function labelsOf({ namespace }: Pick<Installation, 'namespace'>): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': operatorName,
    'app.kubernetes.io/instance': namespace,
    'app.kubernetes.io/part-of': 'mcpnet',
  };
}
