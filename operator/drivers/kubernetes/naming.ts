import { hashOf } from '../../core/hash.ts';
import { parseKey, type ResourceKey } from '../../core/resource.ts';

/** Which namespaces of the cluster things are put into. */
export interface Placement {
  /** The one that takes everything; without it all goes where its resource is. */
  readonly namespace?: string;
}

export function namespaceOf({ namespace }: Placement, owner: ResourceKey): string {
  return namespace ?? parseKey(owner).namespace;
}

/**
 * Name of the object that stands for an item. Ids carry the namespace of their resource, which is superfluous where the
 * object lies in that very namespace.
 */
export function objectName({ namespace }: Placement, owner: ResourceKey, id: string): string {
  const prefix = `${parseKey(owner).namespace}.`;
  const name = namespace === undefined && id.startsWith(prefix) ? id.slice(prefix.length) : id;
  return subdomain(name);
}

/** Names of volumes and networks may hold what names of objects may not (RFC 1123: lower case, no underscore). */
export function subdomain(name: string): string {
  const fit = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return fit === name ? name : `${fit === '' ? 'x' : fit}-${hashOf(name)}`;
}
