import { untilRoutable } from './client.ts';
import type { BenchNetwork, Manifest } from './network.ts';
import type { BenchOperator } from './operator.ts';

const askEveryMs = 5;

/** Writes the manifests; resolves with the times, in milliseconds since the epoch, at which each was routable. */
export async function coldStartOf(
  network: BenchNetwork,
  operator: BenchOperator,
  services: readonly Manifest[],
): Promise<number[]> {
  const before = operator.done.length;
  for (const service of services) await network.write(service);
  return Promise.all(
    services.map(async ({ metadata }, index) => {
      await operator.untilRouted(metadata.name, before);
      return untilRoutable(network.url(index), askEveryMs);
    }),
  );
}

/** Takes the manifests away; resolves once no container of a service is left. */
export async function withoutServices(network: BenchNetwork, services: readonly Manifest[]): Promise<void> {
  for (const service of services) await network.remove(service);
  await network.withoutServices();
}
