import type { KubeObject } from '../../../cluster/objects.ts';
import type { ResourceKey } from '../../../core/resource.ts';
import type { BalancerPod, StoredConfig } from '../../../ports/balancer-cluster.ts';
import { differences } from '../applied.ts';
import { note } from '../labels.ts';
import { isTerminating, podState, type Pod } from '../pod-state.ts';
import type { Shelf } from '../shelf.ts';
import { haproxyContainer } from './deployment.ts';
import { balancerNote } from './labels.ts';

export interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** How an object differs from what it should be, in words. */
export function changeIn<Object extends KubeObject>(shelf: Shelf<Object>, wanted: Object): string | undefined {
  const { namespace = '', name } = wanted.metadata;
  const found = shelf.get(namespace, name);
  if (!found) return `${wanted.kind} ${name} does not exist`;
  const paths = differences(wanted, { apiVersion: wanted.apiVersion, kind: wanted.kind, ...found });
  return paths.length === 0 ? undefined : `${wanted.kind} ${name} has another ${paths.join(', ')}`;
}

/** Decoded once: it is read at every look. */
const decoded = new WeakMap<SecretObject, StoredConfig>();

/** Undefined where it does not say whose it is. */
export function stored(secret: SecretObject): StoredConfig | undefined {
  const known = decoded.get(secret);
  if (known) return known;
  const { metadata, data = {} } = secret;
  const { [balancerNote]: balancer, [note.key]: owner } = metadata.annotations ?? {};
  if (balancer === undefined || owner === undefined) return undefined;
  const config = {
    balancer,
    // Written by us.
    owner: owner as ResourceKey,
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, Buffer.from(text, 'base64')])),
    version: metadata.resourceVersion ?? '',
  };
  decoded.set(secret, config);
  return config;
}

export function described(pod: Pod): BalancerPod {
  const { status } = pod;
  const { reason, message } = podState(pod);
  return {
    name: pod.metadata.name,
    address: status?.podIP,
    isRunning: status?.containerStatuses?.find(({ name }) => name === haproxyContainer)?.state?.running !== undefined,
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    isLeaving: isTerminating(pod),
    ...(reason !== undefined && message !== undefined && { trouble: { reason, message } }),
  };
}
