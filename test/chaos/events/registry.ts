import type { HealthEntry } from '../../support/consul.ts';
import { harmless, type Kinds } from '../event.ts';
import type { ChaosWorld } from '../world.ts';

/** Registrations that vanish from Consul. */
export const registryEvents: Kinds = {
  'replica deregistered': (world) => {
    const of = world.random.pick(world.names);
    return {
      what: `one registration of ${of} is removed`,
      ...harmless,
      act: async () => {
        const entries = await ours(world, of);
        await world.net.consul.put(`/v1/agent/service/deregister/${world.random.pick(entries).Service.ID}`, {});
      },
    };
  },
  'everything deregistered': (world) => ({
    what: 'all registrations of ours are removed',
    ...harmless,
    act: async () => {
      const entries = (await Promise.all(world.names.map((name) => ours(world, name)))).flat();
      for (const { Service } of entries) await world.net.consul.put(`/v1/agent/service/deregister/${Service.ID}`, {});
    },
  }),
};

async function ours({ net }: ChaosWorld, name: string): Promise<readonly HealthEntry[]> {
  return (await net.consul.health(name)).filter(({ Service }) => !Service.ID.startsWith('theirs-'));
}
