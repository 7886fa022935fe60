import type { Multiplexer } from './multiplexer.ts';
import type { ServerFacts } from './server-facts.ts';
import type { Connect } from './upstream.ts';

export type IsolationKind = 'shared' | 'session';

export type Verdict =
  { readonly ok: true; readonly facts: ServerFacts } | { readonly ok: false; readonly reason: string };

/** How clients are kept apart at the stdio server, which knows only one. */
export interface Isolation {
  readonly kind: IsolationKind;
  /** Resolves when the server has proved that it starts and speaks MCP; rejects with the reason when it does not. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the whole bridge is of no use any more; never in session isolation. */
  readonly broken: Promise<string>;
  /** For the sessions of clients up to 2025-11-25. */
  readonly connect: Connect;
  /** The child that clients of 2026-07-28, who have no session, share. Rejects when it cannot be started. */
  forSessionless(): Promise<Multiplexer>;
  /** Whether a client would be served now, by asking the server or from what it did last. Cheap to call often. */
  check(): Promise<Verdict>;
  children(): number;
  end(): Promise<void>;
}
