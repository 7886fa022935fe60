/** One line that a process of ours printed. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** When the engine got it: RFC 3339 with nanoseconds, UTC. */
  readonly at: string;
  readonly text: string;
}

export interface LogQuery {
  /** Only so many of the last lines; all that are kept when not given. */
  readonly tail?: number;
  /** Only lines of that time or later. RFC 3339. */
  readonly since?: string;
  /** Goes on with new lines until the process ends; otherwise it ends with the last line that there is. */
  readonly follow?: boolean;
}

/** Reads what instances print. */
export interface Logs {
  /** @param id name of the container @throws Refusal if there is none of ours by that name, Fault if it cannot be read */
  read(id: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
}
