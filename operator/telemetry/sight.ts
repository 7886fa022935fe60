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

/** What is looked up when somebody asks; from memory only. */
export interface Sight {
  services(): readonly SeenService[];
  /** Whether each driver can list its part of the world, by its name. */
  drivers(): ReadonlyMap<string, boolean>;
  /** Keys that wait for a pass, and passes that run. */
  load(): { readonly queued: number; readonly active: number };
}
