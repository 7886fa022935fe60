import { ConnectionFailed } from './connection.ts';
import { nowMs, type ClientKind, type HeldSession, type Ledger } from './ledger.ts';

/** One of many who ask without end. */
export interface Client {
  readonly name: string;
  /** The next request, or what belongs together. Never rejects; resolves with whether all was as it should be. */
  step(): Promise<boolean>;
  end(): Promise<void>;
}

/** Who makes a request, for the books. */
export interface Asker {
  readonly ledger: Ledger;
  readonly kind: ClientKind;
  readonly client: string;
}

/** Makes one request and writes down how it went. Resolves with undefined if it failed; what `passes` is thrown on. */
export async function attempt<T>(
  { ledger, kind, client }: Asker,
  request: () => Promise<T>,
  options: {
    replicaOf?: (value: T) => string | undefined;
    session?: HeldSession;
    passes?: (error: unknown) => boolean;
  } = {},
): Promise<T | undefined> {
  const startedMs = nowMs();
  try {
    const value = await request();
    ledger.answered(kind, nowMs() - startedMs, options.replicaOf?.(value));
    return value;
  } catch (error) {
    if (options.passes?.(error) === true) throw error;
    ledger.failed({
      kind,
      client,
      startedMs,
      endedMs: nowMs(),
      connectedMs: error instanceof ConnectionFailed ? error.connectedMs : undefined,
      session: options.session,
      what: describe(error),
    });
    return undefined;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}
