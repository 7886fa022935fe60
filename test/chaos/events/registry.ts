import { harmless, type Kinds } from '../event.ts';

/** Registrations that vanish from Consul. */
export const registryEvents: Kinds = {
  'replica deregistered': (world) => {
    const of = world.random.pick(world.names);
    return {
      what: `one registration of ${of} is removed`,
      ...harmless,
      act: async () => {
        const entries = await world.net.consul.health(of);
        await world.net.consul.put(`/v1/agent/service/deregister/${world.random.pick(entries).Service.ID}`, {});
      },
    };
  },
  'everything deregistered': (world) => ({
    what: 'all registrations of ours are removed',
    ...harmless,
    act: async () => {
      const entries = (await Promise.all(world.names.map((name) => world.net.consul.health(name)))).flat();
      for (const { Service } of entries) await world.net.consul.put(`/v1/agent/service/deregister/${Service.ID}`, {});
    },
  }),
};
