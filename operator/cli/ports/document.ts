import { displayKey } from '../../core/resource.ts';
import type { PlannedNetwork } from '../../views/port-view.ts';
import type { PlannedService, PortPlan } from './plan.ts';

/** The port plan as a document in Markdown. It tells what is declared, and nothing that changes from hour to hour. */
export function formatPlan({ networks, services }: PortPlan): string {
  const parts = networks.map((network) =>
    formatNetwork(
      network,
      services.filter((service) => service.network === network.key),
    ),
  );
  return [
    '# Ports',
    '',
    'Made from the manifests by `mcpnet ports --markdown`; `mcpnet ports` tells who listens now.',
    '',
    ...(parts.length > 0 ? parts : ['No network is declared.']),
  ]
    .join('\n')
    .trimEnd();
}

function formatNetwork(network: PlannedNetwork, services: readonly PlannedService[]): string {
  const { name, bindAddress, first, last, discovery, dashboard, statistics } = network;
  const at = (port: number, path: string): string =>
    `\`http://${bindAddress === '0.0.0.0' ? 'HOST' : bindAddress}:${port}${path}\``;
  const held = services
    .filter(({ port }) => port !== undefined)
    .sort((left, right) => (left.port ?? 0) - (right.port ?? 0));
  const others = services.filter(({ port }) => port === undefined);
  const reserved = [discovery, dashboard, statistics].filter(
    (port) => port !== undefined && port >= first && port <= last,
  );
  const free = last - first + 1 - reserved.length - held.length;
  const rows: (readonly [number, string])[] = [
    ...(discovery === undefined
      ? []
      : [[discovery, row(discovery, 'service discovery', 'Consul', at(discovery, '/ui'))] as const]),
    [dashboard, row(dashboard, "the operator's API", 'mcpnet', at(dashboard, '/health'))],
    [statistics, row(statistics, 'statistics', 'HAProxy', at(statistics, '/stats'))],
    ...held.map(
      ({ port = 0, key, transport, path }) =>
        [port, row(port, `${transport} service`, displayKey(key), at(port, path))] as const,
    ),
  ];
  return [
    `## Network ${name}`,
    '',
    `Services get ports of ${first}-${last} at ${bindAddress}; ${held.length} are declared, ${free} are left.`,
    '',
    '| port | use | holder | address |',
    '|---|---|---|---|',
    ...rows.sort(([left], [right]) => left - right).map(([, text]) => text),
    ...(others.length > 0 ? ['', ...others.map(withoutPort)] : []),
    '',
  ].join('\n');
}

function row(port: number, use: string, holder: string, address: string): string {
  return `| ${port} | ${use} | ${holder} | ${address} |`;
}

function withoutPort({ key, problem }: PlannedService): string {
  return problem === undefined
    ? `- ${displayKey(key)} declares no port; it is given one when it is first seen, and keeps it.`
    : `- ${displayKey(key)} has no port: ${problem}.`;
}
