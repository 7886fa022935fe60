import type Docker from 'dockerode';
import { Fault } from '../../core/fault.ts';
import type { NetworkItem, Observed } from '../../core/item.ts';
import { call, statusOf, unless } from './client.ts';
import { labelsFor } from './labels.ts';

/**
 * Creates a network; one of ours with the same settings will do.
 * @param read tells what there is under the network's name
 * @throws Fault conflict `NetworkDiffers`
 */
export async function createNetwork(
  docker: Docker,
  scope: string,
  item: NetworkItem,
  read: () => Promise<Observed | undefined>,
): Promise<void> {
  const existing = await read();
  if (existing) {
    expectSame(item, existing);
    return;
  }
  try {
    await call(
      `create network ${item.id}`,
      docker.createNetwork({
        Name: item.spec.name,
        Driver: 'bridge',
        Internal: item.spec.internal,
        CheckDuplicate: true,
        Labels: labelsFor(scope, item),
      }),
    );
  } catch (error) {
    // Somebody was quicker; it may have been ourselves.
    const rival = statusOf(error) === 409 ? await read() : undefined;
    if (!rival) throw error;
    expectSame(item, rival);
  }
}

export async function removeNetwork(docker: Docker, name: string, networkId: string): Promise<void> {
  try {
    await unless(404, call(`remove network ${name}`, docker.getNetwork(networkId).remove()));
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    throw new Fault('missing', 'NetworkInUse', `network ${name} still has containers attached; it goes when they do`, {
      cause: error,
    });
  }
}

/** Names of networks are not unique in Docker: where ours and another's share one, ours is meant. */
export function ourFirst(networks: readonly Observed[]): Observed[] {
  const byName = new Map<string, Observed>();
  for (const network of networks)
    if (!byName.has(network.id) || network.phase !== 'foreign') byName.set(network.id, network);
  return [...byName.values()];
}

function expectSame({ id, hash }: NetworkItem, existing: Observed): void {
  if (existing.phase !== 'foreign' && existing.hash === hash) return;
  throw new Fault(
    'conflict',
    'NetworkDiffers',
    `network ${id} exists with other settings; remove it (docker network rm ${id}) or name another`,
  );
}
