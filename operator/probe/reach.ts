import type { Gateway } from '../core/item.ts';

/** fetch, or something that gets there by another way. */
export type Reach = (url: string, init: RequestInit) => Promise<Response>;

/** Straight to the container, or through the balancer's gateway, which the headers tell the place. */
export function reachBy(gateway: Gateway | undefined): Reach {
  if (!gateway) return fetch;
  return (url, init) => {
    const { hostname, port, pathname, search } = new URL(url);
    const headers = new Headers(init.headers);
    headers.set('x-mcpnet-token', gateway.token);
    headers.set('x-mcpnet-address', hostname);
    headers.set('x-mcpnet-port', port);
    return fetch(`${gateway.url}${pathname}${search}`, { ...init, headers });
  };
}
