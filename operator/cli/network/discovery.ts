import type { Observed } from '../../core/item.ts';
import { displayKey, type ResourceKey } from '../../core/resource.ts';
import { fail, ok, type Checked } from '../doctor/finding.ts';

const remedy = 'the operator mends this by itself while it runs: mcpnet describe SERVICE tells what it waits for';

/** Whether Consul has exactly the instances of a service that are ready, and calls them healthy. */
export function judgeDiscovery(service: ResourceKey, owned: readonly Observed[]): Checked {
  return { name: displayKey(service), ...judge(service, owned, 'registration', 'Consul', 'passing') };
}

/** Whether HAProxy sends requests to exactly the instances of a service that are ready. */
export function judgeBackends(service: ResourceKey, owned: readonly Observed[]): Checked {
  return { name: displayKey(service), ...judge(service, owned, 'server', 'HAProxy', 'UP') };
}

function judge(
  service: ResourceKey,
  owned: readonly Observed[],
  type: 'registration' | 'server',
  where: string,
  healthy: string,
): Omit<Checked, 'name'> {
  const ready = new Set(owned.flatMap((item) => (item.type === 'workload' && item.phase === 'ready' ? [item.id] : [])));
  const entries = owned.filter((item) => item.type === type && item.phase !== 'draining');
  const known = new Set(entries.map(({ id, workload }) => workload ?? id));
  const complaints = [
    ...[...ready].filter((id) => !known.has(id)).map((id) => `${id} is ready and not there`),
    ...[...known].filter((id) => !ready.has(id)).map((id) => `${id} is there and not ready`),
    ...entries.flatMap(({ id, fields, message }) => {
      if (fields['drift'] !== undefined) return [`${id} was changed: ${fields['drift']}`];
      const health = fields['health'];
      return health === healthy
        ? []
        : [`${id} is ${health ?? 'not checked'}${message === undefined ? '' : ` (${message})`}`];
    }),
  ];
  return complaints.length === 0
    ? ok(`${where} has its ${ready.size} ready instances, ${healthy}`)
    : fail(
        `${where}: ${complaints.join('; ')}`,
        remedy.replace('SERVICE', displayKey(service).split('/').at(-1) ?? ''),
      );
}
