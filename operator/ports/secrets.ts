import type { Redact } from '../core/redact.ts';

/**
 * Where secret values come from. They go into containers and nowhere else. The namespace is that of the resource that
 * names a secret, without one the operator's own; a store without namespaces takes no notice of it.
 */
export interface Secrets {
  /** Digests by key, for change detection; undefined if there is no such secret. */
  digests(name: string, namespace?: string): ReadonlyMap<string, string> | undefined;
  /** The value itself. For drivers only. */
  value(name: string, key: string, namespace?: string): string | undefined;
  /** Resolves when what is there is known for these namespaces, for a store that must ask first. */
  ready?(namespaces: readonly string[]): Promise<void>;
  /** Gets to know every value that there is, for those who redact what others print; for a store that must ask first. */
  learn?(): Promise<void>;
  /** Calls back when something may be different, until the signal aborts, for a store that is told. */
  watch?(changed: () => void, signal: AbortSignal): void;
  /** Takes every value that is known out of a text. */
  readonly redact: Redact;
}

/** A store without any. */
export const noSecrets: Secrets = { digests: () => undefined, value: () => undefined, redact: (text) => text };
