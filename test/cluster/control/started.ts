/** A cluster that tests use: one that was started for them, or somebody's own. */
export interface StartedCluster {
  /** Path of the administrator's. */
  readonly kubeconfig: string;
  /** Whether rules in CEL are checked. */
  readonly hasRules: boolean;
  /** Hands an image of the Docker engine to the nodes. */
  loadImage(name: string): Promise<void>;
  end(): Promise<void>;
}
