import type { HealthView, NetworkView, PartView, SourceView } from '../api/shapes.ts';
import { findCondition } from '../core/condition.ts';
import type { Status } from '../engine/status.ts';
import type { DiskState } from './disk.ts';

export interface HealthParts {
  readonly statuses: readonly Status[];
  readonly networks: readonly NetworkView[];
  /** Why parts of the world cannot be reached, by name of the driver. */
  readonly unreachable: ReadonlyMap<string, Error>;
  readonly problems: number;
  readonly pruneBlock: string | undefined;
  readonly sources: readonly SourceView[];
  readonly disk: DiskState;
  readonly operator: HealthView['operator'];
}

/** The whole network: well if every part is and every resource is ready. */
export function healthView(health: HealthParts): HealthView {
  const unready = health.statuses.filter((status) => !isReady(status));
  const services = health.statuses.filter(({ kind }) => kind === 'MCPService');
  const parts = [
    engine(health),
    ...health.networks.flatMap((network) => infrastructure(network, health)),
    manifests(health),
    ...health.sources.flatMap(repository),
    { name: 'state', ...health.disk },
  ];
  return {
    status: unready.length === 0 && parts.every(({ ok }) => ok) ? 'ok' : 'degraded',
    parts,
    services: { ready: services.filter(isReady).length, total: services.length },
    unready: Object.fromEntries(
      unready.map(({ key, conditions }) => [
        key,
        findCondition(conditions, 'Ready')?.message ?? 'nothing is known yet',
      ]),
    ),
    operator: health.operator,
  };
}

function isReady({ conditions }: Status): boolean {
  return findCondition(conditions, 'Ready')?.status === 'True';
}

function engine({ unreachable }: HealthParts): PartView {
  const fault = unreachable.get('docker');
  return { name: 'engine', ok: !fault, message: fault?.message ?? 'answers' };
}

function infrastructure(
  { key, name, namespace, consul, haproxy, message }: NetworkView,
  health: HealthParts,
): PartView[] {
  const place = namespace === 'default' ? name : `${namespace}.${name}`;
  const part = (kind: string, of: { ok: boolean; address: string }): PartView => ({
    name: `${kind}/${place}`,
    ok: of.ok,
    message: of.ok ? `answers at ${of.address}` : (health.unreachable.get(kind)?.message ?? `${key}: ${message}`),
  });
  return [
    ...(consul ? [part('consul', consul)] : []),
    part('haproxy', { ok: haproxy.ok, address: haproxy.statistics }),
  ];
}

/** Of what is read otherwise than by its files, `manifests` does not tell how it fares. */
function repository({ name, ok, message, repository: report }: SourceView): PartView[] {
  return report ? [{ name: `source/${name}`, ok, message }] : [];
}

function manifests({ problems, pruneBlock }: HealthParts): PartView {
  if (problems > 0)
    return {
      name: 'manifests',
      ok: false,
      message: `${problems} problems; see /api/v1/resources, or \`mcpnet validate\``,
    };
  return { name: 'manifests', ok: pruneBlock === undefined, message: pruneBlock ?? 'all of them are valid' };
}
