/** A service as a client of MCP sees it. */
export interface Endpoint {
  /** Under which the client will know it. */
  readonly name: string;
  readonly transport: 'http' | 'sse';
  readonly url: string;
}

/** What stands under a server's name in a client's file. */
export type Entry = Readonly<Record<string, string | readonly string[]>>;

/** Directories that clients keep their settings below; absolute. */
export interface Places {
  readonly home: string;
  /** Where programs keep settings: `~/.config`, on a Mac `~/Library/Application Support`. */
  readonly settings: string;
  /** `CLAUDE_CONFIG_DIR`, if that is set. */
  readonly claude?: string;
  /** `CODEX_HOME`, or `~/.codex`. */
  readonly codex: string;
}

/** A program that speaks MCP to servers, and how it wants to be told of them. */
export interface ClientKind {
  readonly name: string;
  readonly title: string;
  /** `jsonc`: JSON in which the client allows comments and commas at the end. */
  readonly format: 'json' | 'jsonc' | 'toml';
  /** Name of the table of servers in its file. */
  readonly table: string;
  /** Its own file of the user. Absent where there is no such file that is always read. */
  userFile?(places: Places): string;
  /** Its file in a project, relative to the project's directory. */
  readonly projectFile?: string;
  entry(endpoint: Endpoint): Entry;
  /** A command for the shell that adds the server, or uses it at once. */
  command?(endpoint: Endpoint): string;
  /** Whether the command is what people want of it, rather than a file. */
  readonly prefersCommand?: boolean;
  /** What a person should know before they use it. */
  readonly note?: string;
}
