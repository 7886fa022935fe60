import { resolve } from 'node:path';
import { identityOf, replicaNumbers } from '../numbers.ts';
import { bridgeVolume, gatewayOf, networkId, networkNeed, qualified } from '../mcpnetwork/names.ts';
import { driftFields } from '../../operator/core/drift.ts';
import type { DesireContext } from '../../operator/core/kind.ts';
import type { Problem } from '../../operator/core/problem.ts';
import type {
  BridgeSpec,
  EnvVar,
  Mount,
  Observed,
  ProbeSpec,
  WorkloadItem,
  WorkloadSpec,
} from '../../operator/core/item.ts';
import { parseBytes, parseCpus, parseDurationMs } from '../../operator/core/quantity.ts';
import { placeOf, resourceKey, type Resource } from '../../operator/core/resource.ts';
import type { MCPNetwork, MCPService } from '../../schemas/types.ts';

type ServiceResource = Resource<MCPService['spec']>;
type NetworkResource = Resource<MCPNetwork['spec']>;

/** A session of its own process costs tens of megabytes; one of a shared process costs next to nothing. */
const defaultMaxSessions = { session: 24, shared: 1000 } as const;

/** How many replicas of a revision there should be, and of all revisions together. */
export interface Size {
  readonly replicas: number;
  readonly total: number;
  readonly isTrial: boolean;
}

/** A container per replica. Replicas differ in nothing but their number, so their ids share one hash. */
export function workloadItems(
  service: ServiceResource,
  network: NetworkResource,
  port: number,
  context: DesireContext,
  size: Size,
): { workloads: WorkloadItem[] } | { problem: Problem } {
  const env = environment(service, context);
  if ('problem' in env) return env;
  const { spec } = service;
  const owner = resourceKey(service);
  const template: Omit<WorkloadSpec, 'replica'> = {
    images: [spec.image],
    ...(spec.command && { command: spec.command }),
    ...(spec.args && { args: spec.args }),
    env: env.variables,
    mounts: mounts(service),
    networks: attachedNetworks(service, network, context),
    hostNetwork: false,
    publish: [],
    user: spec.user,
    ...(spec.resources.cpus !== undefined && { cpus: parseCpus(spec.resources.cpus) }),
    memoryBytes: parseBytes(spec.resources.memory),
    pids: spec.resources.pids,
    ...(spec.transport === 'stdio' && { bridge: bridge(service, context) }),
  };
  // How a server without a bridge is reached is part of what it is: a wrong port or path fails beside the old revision.
  const { startupTimeoutMs: _startupTimeoutMs, ...reach } = probe(service);
  const made = { scope: context.scope, owner, template, ...(!template.bridge && { reach }) };
  const { hash, hashVersion } = identityOf(owner, made, context);
  const stem = `${qualified(owner)}-${hash.slice(0, 8)}`;
  const { drained } = context.rollout(owner);
  const isOutdated = ({ fields }: Observed): boolean =>
    spec.rollout.imageChange === 'replace' && fields[driftFields.newImage] !== undefined;
  const numbers = replicaNumbers(
    { count: size.replicas, stem, spec: template, drained, isOutdated },
    context.workloads(owner),
  );
  const workloads = numbers.map((replica): WorkloadItem => ({
    type: 'workload',
    id: `${stem}-${replica}`,
    owner,
    spec: { ...template, replica },
    hash,
    hashVersion,
    needs: [
      ...template.networks.map((id) => networkNeed(network, id)),
      ...(template.bridge && !template.bridge.image ? [{ type: 'volume', id: template.bridge.volume } as const] : []),
    ],
    probe: { ...probe(service), ...gatewayOf(network, context) },
    group: {
      name: 'replicas',
      replicas: size.total,
      maxSurge: spec.rollout.maxSurge,
      exclusive: spec.rollout.strategy === 'recreate',
    },
    leasedPort: port,
    drainTimeoutMs: parseDurationMs(spec.rollout.drainTimeout),
    ...(size.isTrial && { isTrial: true }),
  }));
  return { workloads };
}

/** Sessions that one bridged replica takes. */
export function maxSessionsOf({ stdio }: MCPService['spec']): number {
  return stdio.maxSessions ?? defaultMaxSessions[stdio.isolation];
}

/** Path of the MCP endpoint: the protocol's habit for the transport unless the manifest says otherwise. */
export function endpointPath({ path, transport }: MCPService['spec']): string {
  return path ?? (transport === 'sse' ? '/sse' : '/mcp');
}

function attachedNetworks(service: ServiceResource, network: NetworkResource, context: DesireContext): string[] {
  const { frontend, internal } = network.spec.networks;
  const names = service.spec.egress === 'open' ? [internal.name, frontend.name] : [internal.name];
  return names.map((name) => networkId(network, name, context));
}

function bridge({ spec }: ServiceResource, context: DesireContext): BridgeSpec {
  return {
    ...(context.platform.cluster
      ? { volume: '', image: context.platform.bridgeImage }
      : { volume: bridgeVolume(context.scope, context.platform.bridgeImage) }),
    port: spec.mcpPort,
    path: endpointPath(spec),
    isolation: spec.stdio.isolation,
    maxSessions: maxSessionsOf(spec),
    idleTimeoutMs: parseDurationMs(spec.stdio.idleTimeout),
    ...(spec.stdio.maxRequests !== undefined && { maxRequests: spec.stdio.maxRequests }),
  };
}

function mounts({ spec, origin }: ServiceResource): Mount[] {
  return spec.volumes.map(({ name, hostPath, mountPath, readOnly }) =>
    hostPath === undefined
      ? { kind: 'volume', source: name ?? '', target: mountPath, readOnly }
      : { kind: 'host', source: resolve(origin.directory, hostPath), target: mountPath, readOnly },
  );
}

function probe({ spec }: ServiceResource): ProbeSpec {
  const startupTimeoutMs = parseDurationMs(spec.healthCheck.startupTimeout);
  const port = spec.mcpPort;
  if (spec.healthCheck.type === 'tcp') return { kind: 'tcp', port, startupTimeoutMs };
  if (spec.healthCheck.type === 'http') return { kind: 'http', port, path: spec.healthCheck.path, startupTimeoutMs };
  const path = endpointPath(spec);
  if (spec.transport === 'sse') return { kind: 'sse', port, path, startupTimeoutMs };
  return { kind: 'mcp', port, path, bridged: spec.transport === 'stdio', startupTimeoutMs };
}

/** Literal variables, then every key of `envFrom`, then single keys; later ones win. Secrets are referred to by digest. */
function environment(
  { spec, origin, metadata }: ServiceResource,
  context: DesireContext,
): { variables: EnvVar[] } | { problem: Problem } {
  const variables = new Map<string, EnvVar>(spec.env.map(({ name, value }) => [name, { name, value }]));
  const wanted = [
    ...spec.envFrom.map(({ secretRef }) => ({ secret: secretRef.name, key: undefined, name: undefined })),
    ...spec.secrets.map(({ name, key, targetEnvName }) => ({ secret: name, key, name: targetEnvName })),
  ];
  for (const { secret, key, name } of wanted) {
    const digests = context.secret(secret, metadata.namespace);
    if (!digests || (key !== undefined && !digests.has(key))) {
      const what = digests ? `key "${key ?? ''}" is not in secret "${secret}"` : `there is no secret "${secret}"`;
      return {
        problem: {
          reason: 'SecretMissing',
          message: `${placeOf(origin)} spec: ${what}; ${secretRemedy(secret, key ?? 'KEY', metadata.namespace, context)}`,
        },
      };
    }
    for (const [each, digest] of digests) {
      if (key === undefined || key === each)
        variables.set(name ?? each, { name: name ?? each, secret, key: each, digest });
    }
  }
  return { variables: [...variables.values()] };
}

function secretRemedy(secret: string, key: string, namespace: string, { platform }: DesireContext): string {
  return platform.cluster
    ? `create it: kubectl -n ${platform.cluster.namespace ?? namespace} create secret generic ${secret} --from-literal=${key}=VALUE`
    : `create the file <secrets directory>/${secret}/${key}`;
}
