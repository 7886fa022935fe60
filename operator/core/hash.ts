import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/**
 * Version of what is hashed. It changes when the meaning of a spec's fields changes while the declared resource does not;
 * items with another version are compared by meaning, not replaced.
 */
export const hashVersion = '1';

/** First 40 bits of SHA-256 over the canonical JSON, as 10 hexadecimal digits. Key order does not matter. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(stringify(value) ?? '')
    .digest('hex')
    .slice(0, 10);
}
