import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { readKubeconfig, type KubeContext } from './kubeconfig.ts';

/** Where settings of this process say that a cluster is. */
export interface ClusterPlace {
  /** Paths of kubeconfig files that are named expressly; of several the first that names something counts. */
  readonly kubeconfig?: readonly string[];
  /** The user's own kubeconfig, looked for last. */
  readonly homeKubeconfig: string;
  /** As Kubernetes tells every Pod. */
  readonly service?: { readonly host: string; readonly port: string };
}

/** Where an API server answers, and as whom it is asked. */
export interface Access {
  /** Base URL without a slash at the end. */
  readonly server: string;
  /** The Pod's, or the context's. */
  readonly namespace: string;
  /** Asked for before every request. @param refused the server has just refused what was given last */
  credentials(refused: boolean): Promise<Credentials>;
}

export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
}

/** Kubernetes exchanges the token of a ServiceAccount long before it expires; client-go looks as often. */
const tokenAgeMs = 10_000;
const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the API server as kubectl does, and in a Pod by its ServiceAccount. Certificates and tokens are read here:
 * `@kubernetes/client-node` takes 82 MB of memory and half a second to load, so it is loaded only for what it alone
 * knows (programs that fetch credentials, providers, proxies).
 * @throws Error if there is none, with the remedy
 */
export async function findAccess(place: ClusterPlace, account = accountDirectory): Promise<Access> {
  if (place.kubeconfig) return byKubeconfig(place.kubeconfig);
  if (place.service && existsSync(join(account, 'token'))) return byServiceAccount(place.service, account);
  if (existsSync(place.homeKubeconfig)) return byKubeconfig([place.homeKubeconfig]);
  throw new Error(
    `there is no cluster: KUBECONFIG is not set, ${place.homeKubeconfig} does not exist, and this is no Pod`,
  );
}

function byServiceAccount({ host, port }: { host: string; port: string }, account: string): Access {
  const name = host.includes(':') ? `[${host}]` : host;
  return accessOf({
    server: `https://${name}:${port}`,
    namespace: readFileSync(join(account, 'namespace'), 'utf8').trim(),
    ca: readFileSync(join(account, 'ca.crt'), 'utf8'),
    trustsAnybody: false,
    tokenFile: join(account, 'token'),
  });
}

async function byKubeconfig(paths: readonly string[]): Promise<Access> {
  const context = readKubeconfig(paths);
  if (context.forLibrary === undefined) return accessOf(context);
  const { libraryAccess } = await import('./library-access.ts');
  return libraryAccess(context, context.forLibrary);
}

function accessOf(context: KubeContext): Access {
  const agent = agentFor(context);
  const token = context.tokenFile === undefined ? undefined : new TokenFile(context.tokenFile);
  const basic = context.basic === undefined ? undefined : `Basic ${Buffer.from(context.basic).toString('base64')}`;
  return {
    server: context.server,
    namespace: context.namespace,
    async credentials(refused) {
      const bearer = (await token?.read(refused)) ?? context.token;
      const authorization = bearer === undefined ? basic : `Bearer ${bearer}`;
      return { agent, headers: authorization === undefined ? {} : { authorization } };
    },
  };
}

/** One for all requests: connections are kept, and certificates are read once. */
function agentFor({ server, ca, certificate, key, serverName, trustsAnybody }: KubeContext): HttpAgent {
  const kept = { keepAlive: true, keepAliveMsecs: 10_000 };
  if (server.startsWith('http:')) return new HttpAgent(kept);
  const secureContext = createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  });
  const options: AgentOptions = { ...kept, secureContext, rejectUnauthorized: !trustsAnybody };
  return new Agent(serverName === undefined ? options : { ...options, servername: serverName });
}

/** A token that somebody exchanges from time to time. */
class TokenFile {
  readonly #path: string;
  #token = '';
  #readAtMs = -Infinity;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was read last stays good where the file cannot be read for now. */
  async read(isRefused: boolean): Promise<string> {
    if (!isRefused && performance.now() - this.#readAtMs < tokenAgeMs) return this.#token;
    this.#readAtMs = performance.now();
    this.#token = await readFile(this.#path, 'utf8').then(
      (text) => text.trim(),
      () => this.#token,
    );
    return this.#token;
  }
}
