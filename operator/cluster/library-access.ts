import type { Agent as HttpAgent } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { Access, Credentials } from './access.ts';
import type { KubeContext } from './kubeconfig.ts';

/** The library keeps what programs give it for as long as they say; so often it is asked at most. */
const askedEveryMs = 10_000;

/** Credentials by programs and providers, connections through proxies: all that `@kubernetes/client-node` knows. */
export function libraryAccess({ server, namespace }: KubeContext, kubeconfig: string): Access {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  let known: { readonly atMs: number; readonly signature: string; readonly credentials: Credentials } | undefined;
  return {
    server,
    namespace,
    async credentials(refused) {
      if (known && !refused && performance.now() - known.atMs < askedEveryMs) return known.credentials;
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const signature = JSON.stringify([options.cert, options.key, options.ca, options.headers]);
      const credentials =
        known?.signature === signature ? known.credentials : { agent: agentOf(options), headers: headersOf(options) };
      known = { atMs: performance.now(), signature, credentials };
      return credentials;
    },
  };
}

/** The library's own, which does not keep connections, only where it is one through a proxy. */
function agentOf({ agent, ca, cert, key, rejectUnauthorized, servername }: RequestOptions): HttpAgent {
  if (agent instanceof Agent && agent.constructor !== Agent) return agent;
  return new Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized, servername });
}

function headersOf({ headers = {} }: RequestOptions): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
