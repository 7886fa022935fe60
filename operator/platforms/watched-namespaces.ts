import type { Config } from '../config.ts';

/**
 * Namespaces in which services run, where the settings name all of them: then rights are needed in no other. Undefined
 * where any may be meant.
 */
export function watchedNamespaces({ sources, platformNamespace }: Config): readonly string[] | undefined {
  if (platformNamespace !== undefined) return [platformNamespace];
  const named = sources.map((place) => (place.kind === 'cluster' ? place.namespaces : []));
  return named.length > 0 && named.every((each) => each.length > 0) ? [...new Set(named.flat())] : undefined;
}
