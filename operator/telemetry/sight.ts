/** A service as it stands now, as far as metrics and histories tell of it. */
export interface SeenService {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  /** Whether its condition `Ready` is true. */
  readonly up: boolean;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly instances: readonly { readonly id: string; readonly up: boolean }[];
}

export interface SeenSource {
  readonly name: string;
  /** Whether it is read, and its newest version in force. */
  readonly up: boolean;
  readonly resources: number;
  /** When a repository was last read; milliseconds since the epoch. */
  readonly checkedAtMs?: number;
}

/** What is looked up when somebody asks; from memory only. */
export interface Sight {
  services(): readonly SeenService[];
  /** Whether each driver can list its part of the world, by its name. */
  drivers(): ReadonlyMap<string, boolean>;
  /** Where manifests come from. */
  sources(): readonly SeenSource[];
  /** Keys that wait for a pass, and passes that run. */
  load(): { readonly queued: number; readonly active: number };
}
