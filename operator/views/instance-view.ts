import type { InstanceView } from '../api/shapes.ts';
import type { Observed } from '../core/item.ts';
import type { TrafficBook } from '../ports/traffic.ts';

/** The workloads among what a resource owns, each with where clients stand with it. */
export function instanceViews(owned: readonly Observed[], traffic?: TrafficBook): InstanceView[] {
  const servers = new Map(owned.flatMap((item) => (item.type === 'server' ? [[item.id, item] as const] : [])));
  const registered = new Set(
    owned.flatMap(({ type, id, workload }) => (type === 'registration' ? [workload ?? id] : [])),
  );
  return owned
    .filter(({ type }) => type === 'workload')
    .sort((left, right) => (left.id < right.id ? -1 : 1))
    .map((item): InstanceView => {
      const { id, owner, phase, fields, message } = item;
      const measured = traffic?.instance(id);
      return {
        id,
        owner,
        role: fields['group'] ?? '',
        phase,
        ...(fields['image'] !== undefined && { image: fields['image'] }),
        ...(fields['address'] !== undefined && { address: fields['address'] }),
        ...(fields['created'] !== undefined && { createdAt: fields['created'] }),
        ...(message !== undefined && { message }),
        route: routeOf(servers.get(id)),
        registered: registered.has(id),
        ...(measured && { traffic: measured }),
      };
    });
}

function routeOf(server: Observed | undefined): InstanceView['route'] {
  if (server?.phase === 'draining') return 'draining';
  return server?.phase === 'ready' && server.fields['health'] !== 'DOWN' ? 'open' : 'none';
}
