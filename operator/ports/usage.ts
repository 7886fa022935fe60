/** What a container takes of the machine. */
export interface Usage {
  /** Item id: the name of the container. */
  readonly id: string;
  /** 1 is one core. */
  readonly cores: number;
  /** Without what the kernel would give back (the page cache of files not in use), as the engine's own client counts. */
  readonly memoryBytes: number;
  /** Absent without a limit. */
  readonly memoryLimitBytes?: number;
}
