import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** The cluster and the user of a kubeconfig's current context; certificates and keys in PEM. */
export interface KubeContext {
  /** Base URL of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly ca?: string;
  readonly serverName?: string;
  readonly trustsAnybody: boolean;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  /** Absolute; read again from time to time. */
  readonly tokenFile?: string;
  readonly basic?: string;
  /** This context alone as a kubeconfig, where it names a program, a provider or a proxy: more than is read here. */
  readonly forLibrary?: string;
}

type Fields = Readonly<Record<string, unknown>>;
interface Named {
  readonly value: Fields;
  /** Relative paths in it start there. */
  readonly directory: string;
}

/**
 * Merges kubeconfig files as kubectl does: of each name the first entry counts (Kubernetes, "Organizing Cluster Access
 * Using kubeconfig Files").
 * @throws Error that names the file and what is missing in it
 */
export function readKubeconfig(paths: readonly string[]): KubeContext {
  const files = paths.map((path) => ({ path, directory: dirname(resolve(path)), content: contentOf(path) }));
  const where = paths.join(', ');
  const named = (list: string, item: string, name: unknown): Named => {
    for (const { content, directory } of files)
      for (const entry of (content[list] ?? []) as Fields[])
        if (entry['name'] === name) return { value: (entry[item] ?? {}) as Fields, directory };
    throw new Error(`${where} names no ${item} "${String(name)}"; see kubectl config view`);
  };
  const current = files.find(({ content }) => Boolean(content['current-context']))?.content['current-context'];
  if (current === undefined) throw new Error(`${where} has no current-context; choose one: kubectl config use-context`);
  const context = named('contexts', 'context', current).value;
  const cluster = named('clusters', 'cluster', context['cluster']);
  const user = context['user'] === undefined ? { value: {}, directory: '' } : named('users', 'user', context['user']);
  const forLibrary = needsLibrary(cluster, user) ? aloneInAFile(cluster, user) : undefined;
  return {
    ...clusterOf(cluster),
    ...userOf(user),
    namespace: text(context['namespace']) ?? 'default',
    ...(forLibrary !== undefined && { forLibrary }),
  };
}

function clusterOf(cluster: Named): Pick<KubeContext, 'server' | 'ca' | 'serverName' | 'trustsAnybody'> {
  const { value } = cluster;
  const ca = pem(cluster, 'certificate-authority');
  const serverName = text(value['tls-server-name']);
  return {
    server: (text(value['server']) ?? 'http://localhost:8080').replace(/\/+$/, ''),
    trustsAnybody: value['insecure-skip-tls-verify'] === true,
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { serverName }),
  };
}

function userOf(user: Named): Pick<KubeContext, 'certificate' | 'key' | 'token' | 'tokenFile' | 'basic'> {
  const { value, directory } = user;
  const [certificate, key] = [pem(user, 'client-certificate'), pem(user, 'client-key')];
  const [token, tokenFile, name] = [text(value['token']), text(value['tokenFile']), text(value['username'])];
  return {
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
    ...(token !== undefined && { token }),
    ...(tokenFile !== undefined && { tokenFile: resolve(directory, tokenFile) }),
    ...(name !== undefined && { basic: `${name}:${text(value['password']) ?? ''}` }),
  };
}

function needsLibrary(cluster: Named, user: Named): boolean {
  const isMore = ['exec', 'auth-provider'].some((field) => user.value[field] !== undefined);
  return isMore || cluster.value['proxy-url'] !== undefined;
}

/** With what it refers to by paths inside. */
function aloneInAFile(cluster: Named, user: Named): string {
  const inside = (named: Named, ...fields: readonly string[]): Fields => {
    const found = fields.flatMap((field) => {
      const content = pem(named, field);
      return content === undefined ? [] : [[`${field}-data`, Buffer.from(content).toString('base64')] as const];
    });
    const others = Object.entries(named.value).filter(([field]) => !fields.includes(field));
    return Object.fromEntries([...others, ...found]);
  };
  return JSON.stringify({
    clusters: [{ name: 'one', cluster: inside(cluster, 'certificate-authority') }],
    users: [{ name: 'one', user: inside(user, 'client-certificate', 'client-key') }],
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
    'current-context': 'one',
  });
}

/** Base64 in the file itself, or the path of another file. */
function pem({ value, directory }: Named, field: string): string | undefined {
  const [data, path] = [text(value[`${field}-data`]), text(value[field])];
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return path === undefined ? undefined : readFileSync(resolve(directory, path), 'utf8');
}

function contentOf(path: string): Fields {
  try {
    return (parse(readFileSync(path, 'utf8')) ?? {}) as Fields;
  } catch (error) {
    throw new Error(
      `the kubeconfig ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
