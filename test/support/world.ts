import type Docker from 'dockerode';

/** Something that happened to a container of the scope, or to what stands for one elsewhere. */
export interface ContainerEvent {
  readonly action: string;
  readonly containerId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly atMs: number;
}

/** What happens to what a scope has, from the beginning of the watch on. */
export interface WorldEvents {
  /** What happened so far, as `container start files-1a2b3c4d-1`. */
  seen(): Promise<readonly string[]>;
  /** What happened to containers so far, in its order. */
  containers(): Promise<readonly ContainerEvent[]>;
  close(): void;
}

/** A server that answers nobody until it may go on, while its container runs. */
export interface Frozen {
  /** Sessions that it holds have ids that begin with the first eight characters. */
  readonly id: string;
  thaw(): Promise<void>;
}

/** What a scope has on its platform, looked at and meddled with from outside. */
export interface World {
  /** Containers of the scope, or of one of its resources. */
  containers(name?: string, kind?: string): Promise<readonly Docker.ContainerInfo[]>;
  /** The first with this role. */
  container(name: string, kind: string, role: string): Promise<Docker.Container>;
  /** `NAME=value` of every container of a service. */
  environments(name: string): Promise<readonly (readonly string[])[]>;
  /** The server of a service's first replica. */
  freeze(name: string): Promise<Frozen>;
  watch(): Promise<WorldEvents>;
}
