import type { Manifest } from '../support/manifests.ts';
import { tiny } from '../support/manifests.ts';
import type { TestNetwork } from '../support/test-network.ts';
import type { RunningLoad } from './rig/start-load.ts';
import type { Size } from './sizes.ts';

/** The tiny server for clients of both eras. Equal rounds are equal services; another round is another environment. */
export function both(name: string, spec: Manifest['spec'] = {}, round = 0): Manifest {
  const env = [
    { name: 'STATELESS', value: '1' },
    { name: 'ROUND', value: String(round) },
  ];
  return tiny(name, { env, healthCheck: { interval: '1s' }, ...spec });
}

/** Starts an operator for these services and resolves when all serve. */
export async function serve(net: TestNetwork, ...services: readonly Manifest[]): Promise<void> {
  for (const service of services) await net.write(`${service.metadata.name}.yaml`, service);
  await net.start();
  await net.ready(...services.map(({ metadata }) => metadata.name));
  await net.networkReady();
}

/** Lets every client ask a few times while nothing happens, for the comparison; then counts for the phase `during`. */
export async function measureBefore(load: RunningLoad, size: Size): Promise<void> {
  await load.round();
  await load.phase('before');
  for (let round = 0; round < size.rounds; round++) await load.round();
  await load.phase('during');
}

/** The same after it has happened. */
export async function measureAfter(load: RunningLoad, size: Size): Promise<void> {
  await load.phase('after');
  for (let round = 0; round < size.rounds; round++) await load.round();
}
