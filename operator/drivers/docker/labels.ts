import { hashVersion } from '../../core/hash.ts';
import type { DesiredItem, WorkloadItem } from '../../core/item.ts';

/** Labels from which everything is rebuilt after the loss of all state. */
export const label = {
  /** Scope of the operator; only what carries ours is ever changed or removed. */
  owner: 'io.mcpnet.owner',
  key: 'io.mcpnet.key',
  id: 'io.mcpnet.id',
  hash: 'io.mcpnet.hash',
  hashVersion: 'io.mcpnet.hash-version',
  /** Fits only what was made with it, see seal.ts. */
  seal: 'io.mcpnet.seal',
  role: 'io.mcpnet.role',
  replica: 'io.mcpnet.replica',
  port: 'io.mcpnet.port',
  /** Network whose address is the workload's. */
  network: 'io.mcpnet.network',
} as const;

/** Role of the never started container whose existence proves that a volume was filled. */
export const holderRole = 'volume-holder';

export function labelsFor(scope: string, item: DesiredItem): Record<string, string> {
  return {
    [label.owner]: scope,
    [label.key]: item.owner,
    [label.id]: item.id,
    [label.hash]: item.hash,
    [label.hashVersion]: (item.type === 'workload' ? item.hashVersion : undefined) ?? hashVersion,
    ...(item.type === 'workload' && workloadLabels(item)),
  };
}

function workloadLabels({ group, spec, leasedPort }: WorkloadItem): Record<string, string> {
  return {
    [label.role]: group.name,
    [label.replica]: String(spec.replica),
    ...(leasedPort !== undefined && { [label.port]: String(leasedPort) }),
    ...(spec.networks[0] !== undefined && { [label.network]: spec.networks[0] }),
  };
}
