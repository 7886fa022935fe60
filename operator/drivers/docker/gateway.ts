import type Docker from 'dockerode';

type Pool = NonNullable<NonNullable<Docker.NetworkInspectInfo['IPAM']>['Config']>[number];

/**
 * The host's IPv4 address in a bridge network; empty if it has none. Engines report only what a person gave: a network
 * made with a subnet alone has no gateway in its description, and stands where the engine's allocator begins.
 */
export function gatewayOf(pools: readonly Pool[] | undefined): string {
  const pool = pools?.find((each) => (each['Subnet'] ?? '').includes('.'));
  const subnet = pool?.['Subnet'];
  if (!pool || subnet === undefined) return '';
  if (pool['Gateway'] !== undefined && pool['Gateway'] !== '') return pool['Gateway'];
  const first = networkAddress(subnet);
  const start = networkAddress(pool['IPRange'] || subnet);
  // The first address of a subnet names the network itself; one in its middle is as good as any.
  return print(start === first ? start + 1 : start);
}

function networkAddress(cidr: string): number {
  const [address = '', bits = '32'] = cidr.split('/');
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return value - (value % 2 ** (32 - Number(bits)));
}

function print(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
