import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { App } from './app.ts';

/** Nothing from outside, and no page of others around ours. */
const headers = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Has a port answer only to those who mean it. A page from elsewhere can have a browser ask a name of its own that leads
 * here (DNS rebinding): bound to loopback, the name that is asked for must be one of this machine, or listed. Bound to
 * more, any name is answered unless some are listed; an address always, since no name leads astray there.
 */
export function guardPort(app: App, bindAddress: string, listed: readonly string[]): void {
  const isLoopbackOnly = bindAddress.startsWith('127.');
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headers);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    const host = nameIn(request.headers.host);
    if (isLoopbackOnly ? isOurs(host) : listed.length === 0 || isOurs(host) || isIP(host) !== 0) return;
    if (listed.includes(host)) return;
    const remedy = 'ask for it by an address or a name of this machine, or list the name in MCPNET_API_HOSTS';
    return reply.code(403).send({ error: `the host "${host}" is not answered here; ${remedy}` });
  });
}

/** Without port and brackets, in small letters; empty where none is named. */
function nameIn(host = ''): string {
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host) ?? [];
  return name.replace(/^\[|\]$/g, '').toLowerCase();
}

function isOurs(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === hostname().toLowerCase()) return true;
  if (/^127(\.\d{1,3}){3}$/.test(host)) return true;
  return (
    isIP(host) !== 0 &&
    Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host))
  );
}
