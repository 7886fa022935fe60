import type { EngineFacts, NetworkFacts } from '../../drivers/docker/engine-facts.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Two networks by their names, as a manifest declares them. */
export interface DeclaredNetworks {
  readonly frontend: string;
  readonly internal: string;
}

/** Docker's own, where nothing else was set: 172.17.0.0/16 to 172.31.0.0/16, and 16 of 192.168.0.0/16. */
const builtInPools = [
  ...Array.from({ length: 15 }, (_, index) => ({ base: `172.${17 + index}.0.0/16`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
];

/** Whether the networks that are declared are there or can be made. */
export function judgeNetworks(
  { networks, addressPools }: Pick<EngineFacts, 'networks' | 'addressPools'>,
  declared: readonly DeclaredNetworks[],
  isOurs: (network: NetworkFacts) => boolean,
): Finding {
  const byName = new Map(networks.map((network) => [network.name, network]));
  for (const { internal, frontend } of declared) {
    const inside = byName.get(internal);
    if (inside && !isOurs(inside))
      return fail(
        `network ${internal}, which is to be the internal one, exists and is not ours`,
        `docker network rm ${internal}, or name another in spec.networks.internal.name`,
      );
    const outside = byName.get(frontend);
    if (outside && outside.driver !== 'bridge')
      return fail(
        `network ${frontend}, which is to be the frontend, has the driver ${outside.driver}`,
        'name one with the driver bridge in spec.networks.frontend.name',
      );
  }
  const missing = declared.flatMap(({ frontend, internal }) =>
    [frontend, internal].filter((name) => !byName.has(name)),
  );
  const free = freeSubnets(addressPools, networks);
  const told = `${missing.length === 0 ? 'all that are declared exist' : `${missing.join(', ')} will be made`}; the engine has addresses for ${free} more`;
  const remedy = 'docker network prune, or set default-address-pools in /etc/docker/daemon.json';
  if (free < missing.length) return fail(told, remedy);
  return free < missing.length + 2 ? warn(told, remedy) : ok(told);
}

/** How many networks the engine can still cut from its pools (IPv4). */
export function freeSubnets(
  pools: EngineFacts['addressPools'],
  networks: readonly Pick<NetworkFacts, 'subnets'>[],
): number {
  const taken = networks.flatMap(({ subnets }) => subnets.flatMap((subnet) => rangeOf(subnet) ?? []));
  return (pools.length > 0 ? pools : builtInPools).reduce(
    (free, { base, size }) => free + freeIn(base, size, taken),
    0,
  );
}

interface Range {
  readonly first: number;
  readonly last: number;
}

function freeIn(base: string, size: number, taken: readonly Range[]): number {
  const pool = rangeOf(base);
  if (!pool) return 0;
  const step = 2 ** (32 - size);
  let free = 0;
  for (let first = pool.first; first < pool.last; first += step)
    if (!taken.some((range) => range.first < first + step && range.last >= first)) free++;
  return free;
}

/** Undefined for IPv6. */
function rangeOf(cidr: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr) ?? [];
  if (bits === undefined) return undefined;
  const length = 2 ** (32 - Number(bits));
  const address = ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
  const first = address - (address % length);
  return { first, last: first + length - 1 };
}
