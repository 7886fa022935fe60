import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { ClusterPlace } from './cluster/access.ts';
import { podSettings, type PodSettings } from './pod-settings.ts';
import { gitPlaces } from './git-places.ts';
import type { GitPlace } from './sources/git/git-place.ts';

/** Settings of one run, from flags and the environment. The only reader of the environment. */
export interface Config extends PodSettings {
  /** Separates operators that share an engine. */
  readonly scope: string;
  /** Directory that commands change. */
  readonly manifests: string;
  /** Where manifests come from. */
  readonly sources: readonly SourcePlace[];
  readonly state: string;
  readonly secrets: string;
  readonly allowEmpty: boolean;
  readonly dockerHost: string | undefined;
  /** What git needs of ours: where programs are, the way through proxies, authorities that are trusted. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
  /** Where a cluster is, for those who use one. */
  readonly cluster: ClusterPlace;
  /** Where services run. */
  readonly platform: 'docker' | 'kubernetes';
  /** Namespace of the cluster that takes everything; without it all goes where its resource is. */
  readonly platformNamespace?: string;
  /** Further names by which the dashboard port may be asked for. */
  readonly apiHosts: readonly string[];
  /** Whether traces are sent, to where the variables of OpenTelemetry say. */
  readonly traces: boolean;
  readonly logLevel: string;
  readonly logForm: 'pretty' | 'json';
  readonly version: string;
}

/** A place that manifests come from. */
export type SourcePlace =
  | {
      readonly kind: 'directory';
      /** Absolute. */
      readonly path: string;
    }
  | ({ readonly kind: 'git'; /** As commands and webhooks call it. */ readonly alias: string } & GitPlace)
  | {
      readonly kind: 'cluster';
      /** Those that are looked at; all of them if none is named. */
      readonly namespaces: readonly string[];
    };

export interface Flags {
  readonly scope?: string;
  readonly manifests?: string;
  readonly state?: string;
  readonly secrets?: string;
  readonly allowEmpty?: boolean;
  readonly cluster?: boolean;
  readonly namespaces?: string;
  readonly platform?: string;
  readonly platformNamespace?: string;
  readonly verbose?: boolean;
  readonly logFormat?: string;
}

/** Flags of the commands that read manifests from repositories. */
export interface GitFlags {
  readonly git?: readonly string[];
  readonly ref?: string;
  readonly path?: string;
  readonly gitSecret?: readonly string[];
  readonly gitInterval?: number;
  readonly gitVerify?: boolean;
  readonly gitStatus?: GitPlace['statuses'];
  readonly allowRewrite?: boolean;
}

const forGit = [
  'PATH',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
] as const;

export const defaultScope = 'mcpnet';

export function readConfig(flags: Flags & GitFlags, env: NodeJS.ProcessEnv = process.env): Config {
  const scope = flags.scope ?? env['MCPNET_SCOPE'] ?? defaultScope;
  const state = resolve(
    flags.state ??
      env['MCPNET_STATE'] ??
      join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'mcpnet', scope),
  );
  const repositories = gitPlaces(flags);
  const platformNamespace = flags.platformNamespace ?? env['MCPNET_PLATFORM_NAMESPACE'];
  const manifests = resolve(flags.manifests ?? env['MCPNET_MANIFESTS'] ?? 'manifests');
  return {
    scope,
    state,
    manifests,
    sources: sourcePlaces(flags, manifests, repositories, env),
    secrets: resolve(flags.secrets ?? env['MCPNET_SECRETS'] ?? join(state, 'secrets')),
    allowEmpty: flags.allowEmpty ?? false,
    dockerHost: env['DOCKER_HOST'],
    cluster: clusterPlace(env),
    gitEnvironment: Object.fromEntries(
      forGit.flatMap((name) => {
        const value = env[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    apiHosts: wordsIn((env['MCPNET_API_HOSTS'] ?? '').toLowerCase()),
    platform: platformOf(flags.platform ?? env['MCPNET_PLATFORM'] ?? 'docker'),
    ...(platformNamespace && { platformNamespace }),
    ...podSettings(env),
    traces:
      (env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) !== undefined &&
      env['OTEL_SDK_DISABLED'] !== 'true',
    logLevel: flags.verbose ? 'debug' : (env['MCPNET_LOG_LEVEL'] ?? 'info'),
    logForm: (flags.logFormat ?? env['MCPNET_LOG_FORMAT']) === 'json' ? 'json' : 'pretty',
    version: packageVersion(),
  };
}

/** Who names another place does not mean the default one as well. */
function sourcePlaces(
  flags: Flags,
  manifests: string,
  repositories: readonly SourcePlace[],
  env: NodeJS.ProcessEnv,
): SourcePlace[] {
  const isCluster = flags.cluster ?? env['MCPNET_CLUSTER'] === 'true';
  const namespaces = wordsIn(flags.namespaces ?? env['MCPNET_NAMESPACES'] ?? '');
  const others: SourcePlace[] = [...repositories, ...(isCluster ? [{ kind: 'cluster' as const, namespaces }] : [])];
  const isDirectory = others.length === 0 || (flags.manifests ?? env['MCPNET_MANIFESTS']) !== undefined;
  return [...(isDirectory ? [{ kind: 'directory' as const, path: manifests }] : []), ...others];
}

/** @throws Error if there is none of that name */
function platformOf(name: string): Config['platform'] {
  if (name === 'docker' || name === 'kubernetes') return name;
  throw new Error(`there is no platform "${name}"; there are: docker, kubernetes`);
}

/** As kubectl reads it, and as Kubernetes tells Pods (KUBERNETES_SERVICE_HOST). */
function clusterPlace(env: NodeJS.ProcessEnv): ClusterPlace {
  const kubeconfig = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT'] ?? '443'];
  return {
    homeKubeconfig: join(homedir(), '.kube', 'config'),
    ...(kubeconfig.length > 0 && { kubeconfig }),
    ...(host !== undefined && { service: { host, port } }),
  };
}

function wordsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** Where programs of this user keep their settings. */
export function settingsPlaces(env: NodeJS.ProcessEnv = process.env): {
  readonly home: string;
  readonly settings: string;
  readonly claude?: string;
  readonly codex: string;
} {
  const home = homedir();
  const isMac = process.platform === 'darwin';
  const claude = env['CLAUDE_CONFIG_DIR'];
  return {
    home,
    settings: isMac ? join(home, 'Library', 'Application Support') : env['XDG_CONFIG_HOME'] || join(home, '.config'),
    ...(claude && { claude }),
    codex: env['CODEX_HOME'] || join(home, '.codex'),
  };
}

/** From package.json, which lies above the sources as well as above the compiled files. */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return '0.0.0';
}
