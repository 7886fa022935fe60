import { useEffect, useState } from 'preact/hooks';

export const views = ['topology', 'services', 'history', 'ports', 'events', 'plan'] as const;
export type ViewName = (typeof views)[number];

/** `#/services/default/files?logs=ID`: a view, what it is about, and how it is shown. */
export interface Route {
  readonly view: ViewName | 'unknown';
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', ...rest] = path.split('/').map(decodeURIComponent);
  const view = views.find((name) => name === first) ?? (first === '' ? 'topology' : 'unknown');
  return { view, path: rest, query: new URLSearchParams(query) };
}

export function linkTo(
  view: ViewName,
  path: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(query).toString();
  return `#/${[view, ...path.map(encodeURIComponent)].join('/')}${search === '' ? '' : `?${search}`}`;
}

/** The page about a resource; networks are shown in the topology. */
export function linkToKey(key: string): string {
  const [kind = '', ...path] = key.split('/');
  return kind === 'MCPService' ? linkTo('services', path) : linkTo('topology', [], { select: key });
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => {
      setHash(location.hash);
    };
    addEventListener('hashchange', changed);
    return () => {
      removeEventListener('hashchange', changed);
    };
  }, []);
  return parseRoute(hash);
}
