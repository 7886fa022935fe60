import { isFields } from './json-rpc.ts';

/** The revisions with `initialize` and sessions, oldest first. */
export const legacyVersions: readonly string[] = ['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const latestLegacyVersion = '2025-11-25';
const firstModernVersion = '2026-07-28';
const versionMetaKey = 'io.modelcontextprotocol/protocolVersion';

/** Revisions are dates, so that text order is their order. */
export function isModernVersion(version: string | undefined): boolean {
  return version !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= firstModernVersion;
}

/**
 * Whether a POST belongs to the sessionless era: it names a modern revision in its header, or it carries the
 * per-request envelope in `_meta` (2026-07-28, Streamable HTTP). Follows the SDK's `isLegacyRequest`.
 */
export function isModernPost(body: unknown, versionHeader: string | undefined): boolean {
  if (Array.isArray(body) || !isFields(body)) return false;
  if (typeof body['method'] !== 'string') return false;
  const params = body['params'];
  const meta = isFields(params) ? params['_meta'] : undefined;
  if (isFields(meta) && versionMetaKey in meta) return true;
  return isModernVersion(versionHeader);
}

/**
 * The revision a shared child's session gets. The child was asked only once, by the bridge; a client that speaks an
 * older revision gets that one, as it would from the child itself, because each revision so far has only added to the last.
 */
export function sharedVersionFor(requested: unknown, childVersion: string): string {
  if (typeof requested !== 'string' || !legacyVersions.includes(requested)) return childVersion;
  return requested < childVersion ? requested : childVersion;
}
