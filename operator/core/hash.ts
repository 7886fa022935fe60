import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/** How workloads are named by what they are made from. */
export interface HashVersion {
  readonly name: string;
  readonly of: (value: unknown) => string;
}

/**
 * Newest first. When what is hashed changes while declared resources do not (a new field with a default), the way in which
 * it was hashed before stays here, with a new version in front of it: what exists under an older one keeps its name and
 * runs on, see {@link identify}.
 */
export const hashVersions: readonly [HashVersion, ...HashVersion[]] = [{ name: '1', of: hashOf }];

/** The version under which new things are made. */
export const hashVersion = hashVersions[0].name;

/** First 40 bits of SHA-256 over the canonical JSON, as 10 hexadecimal digits. Key order does not matter. */
export function hashOf(value: unknown): string {
  return hash('sha256', stringify(value) ?? '').slice(0, 10);
}

export interface Identity {
  readonly hash: string;
  readonly hashVersion: string;
}

/** The hash under which the same thing exists already, by whichever version it was made; else that of the newest. */
export function identify(
  value: unknown,
  existing: readonly Partial<Identity>[],
  versions: readonly HashVersion[] = hashVersions,
): Identity {
  const identities = versions.map(({ name, of }): Identity => ({ hash: of(value), hashVersion: name }));
  const made = identities.find((identity) =>
    existing.some(({ hash, hashVersion: version }) => hash === identity.hash && version === identity.hashVersion),
  );
  return made ?? identities[0] ?? { hash: hashOf(value), hashVersion };
}
