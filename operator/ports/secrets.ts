import type { Redact } from '../core/redact.ts';

/** Where secret values come from. They go into containers and nowhere else. */
export interface Secrets {
  /** Digests by key, for change detection; undefined if there is no such secret. */
  digests(name: string): ReadonlyMap<string, string> | undefined;
  /** The value itself. For drivers only. */
  value(name: string, key: string): string | undefined;
  /** Takes every value that is known out of a text. */
  readonly redact: Redact;
}

/** A store without any. */
export const noSecrets: Secrets = { digests: () => undefined, value: () => undefined, redact: (text) => text };
