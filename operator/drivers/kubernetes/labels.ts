import { hashOf, hashVersion } from '../../core/hash.ts';
import type { DesiredItem, ItemRef, WorkloadItem } from '../../core/item.ts';
import { parseKey, type ResourceKey } from '../../core/resource.ts';

/** Labels by which objects are found and selected. Values are of Kubernetes' syntax, so what may be longer is in an annotation. */
export const label = {
  /** Scope of the operator; only what carries ours is ever changed or removed. */
  owner: 'mcpnet.io/owner',
  /** Kind, namespace and name of the resource that an object was made for. */
  kind: 'mcpnet.io/kind',
  namespace: 'mcpnet.io/namespace',
  name: 'mcpnet.io/name',
  /** Id of the item, shortened where it is too long. */
  id: 'mcpnet.io/id',
  role: 'mcpnet.io/role',
  replica: 'mcpnet.io/replica',
} as const;

/** What everything is rebuilt from after the loss of all state. */
export const note = {
  key: 'mcpnet.io/key',
  id: 'mcpnet.io/id',
  hash: 'mcpnet.io/hash',
  hashVersion: 'mcpnet.io/hash-version',
  port: 'mcpnet.io/port',
  /** What an object was made with, to be compared with what it is. */
  applied: 'mcpnet.io/applied',
} as const;

/** Under which this operator's changes are recorded by the API server. */
export const fieldManager = 'mcpnet';

const longestValue = 63;

/** A Pod carries one for each network that it is in; policies select by it. */
export function networkLabel(network: string): string {
  return `network.mcpnet.io/${labelValue(network)}`;
}

/** The text itself, or as much of it as a label takes and a hash of all. */
export function labelValue(text: string): string {
  if (text.length <= longestValue) return text;
  return `${text.slice(0, longestValue - 11).replace(/[^A-Za-z0-9]+$/, '')}-${hashOf(text)}`;
}

/** Labels that all objects of an item carry. */
export function labelsFor(scope: string, item: Pick<DesiredItem, 'owner' | 'id'>): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'mcpnet',
    ...ownerLabels(scope, item.owner),
    [label.id]: labelValue(item.id),
  };
}

/** Labels that select everything of one resource. */
export function ownerLabels(scope: string, owner: ResourceKey): Record<string, string> {
  const { kind, namespace, name } = parseKey(owner);
  return {
    [label.owner]: labelValue(scope),
    [label.kind]: labelValue(kind),
    [label.namespace]: labelValue(namespace),
    [label.name]: labelValue(name),
  };
}

/** Selects the Pods that serve for a resource, as text. */
export function podSelector(scope: string, owner: ResourceKey): string {
  const labels = { ...ownerLabels(scope, owner), [label.role]: 'replicas' };
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** Further labels of the Pod of a workload. */
export function podLabels({ group, spec }: WorkloadItem): Record<string, string> {
  return {
    [label.role]: labelValue(group.name),
    [label.replica]: String(spec.replica),
    ...Object.fromEntries(spec.networks.map((network) => [networkLabel(network), 'true'])),
  };
}

export function notesFor(item: DesiredItem): Record<string, string> {
  return {
    [note.key]: item.owner,
    [note.id]: item.id,
    [note.hash]: item.hash,
    [note.hashVersion]: (item.type === 'workload' ? item.hashVersion : undefined) ?? hashVersion,
    ...(item.type === 'workload' && item.leasedPort !== undefined && { [note.port]: String(item.leasedPort) }),
  };
}

/** Whether an object tells of which item it is: others of ours, of the balancer, stand for none. */
export function isItem({ annotations = {} }: { readonly annotations?: Readonly<Record<string, string>> }): boolean {
  return [note.key, note.id, note.hash].every((name) => (annotations[name] ?? '') !== '');
}

/** Whether an object is ours and stands for this very item, whatever labels somebody took away. */
export function standsFor(
  scope: string,
  { id, owner }: Pick<ItemRef, 'id'> & { readonly owner: ResourceKey },
  object: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  },
): boolean {
  const { labels = {}, annotations = {} } = object;
  return labels[label.owner] === labelValue(scope) && annotations[note.id] === id && annotations[note.key] === owner;
}
