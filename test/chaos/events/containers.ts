import type { ContainerCreateOptions } from 'dockerode';
import { docker } from '../../support/docker.ts';
import { costs, harmless, lossOf, type Kinds } from '../event.ts';
import type { ChaosWorld } from '../world.ts';

/** Containers of ours that are killed, removed, frozen, renamed, or replaced by ones with other labels. */
export const containerEvents: Kinds = {
  'container killed': (world) => {
    const of = world.anything();
    return {
      what: `${of} gets SIGKILL by the engine`,
      ...lossOf(of, world),
      act: async () => {
        await (await world.container(of)).kill({ signal: 'SIGKILL' });
      },
    };
  },
  'process killed': (world) => {
    const of = world.anything();
    return {
      what: `${of} gets SIGKILL without the engine's knowledge`,
      ...lossOf(of, world),
      act: async () => {
        const { State } = await (await world.container(of)).inspect();
        process.kill(State.Pid, 'SIGKILL');
      },
    };
  },
  'container removed': (world) => {
    const of = world.anything();
    return {
      what: `${of} is removed with docker rm -f`,
      ...lossOf(of, world),
      act: async () => {
        await (await world.container(of)).remove({ force: true, v: world.random.pick([true, false]) });
      },
    };
  },
  'container frozen': (world) => {
    const of = world.anything();
    return {
      what: `${of} is paused`,
      ...lossOf(of, world),
      changes: [],
      act: async () => {
        await (await world.container(of)).pause();
      },
    };
  },
  'container renamed': (world) => {
    const of = world.anything();
    return {
      what: `${of} is renamed, and then killed`,
      ...lossOf(of, world),
      act: async () => {
        const container = await world.container(of);
        const { Name } = await container.inspect();
        await container.rename({ name: `${Name.slice(1)}-renamed` });
        await container.kill({ signal: 'SIGKILL' });
      },
    };
  },
  'container relabelled': (world) => {
    const of = world.random.pick(world.names);
    const [label, value] = world.random.pick([
      ['io.mcpnet.hash', '0000000000'],
      ['io.mcpnet.key', 'MCPService/default/nobody'],
      ['io.mcpnet.replica', '7'],
      ['io.mcpnet.role', 'else'],
    ] as const);
    return {
      what: `${of} is replaced by a container that says ${label}=${value}`,
      ...lossOf(of, world),
      act: async () => {
        const container = await world.replica(of);
        const { Name, Config, HostConfig, NetworkSettings } = await container.inspect();
        const { Hostname: _, ...config } = Config;
        // Safe: what the engine tells of a container is what it takes for another one.
        const options = {
          ...config,
          name: Name.slice(1),
          Labels: { ...Config.Labels, [label]: value },
          HostConfig,
          NetworkingConfig: {
            EndpointsConfig: Object.fromEntries(Object.keys(NetworkSettings.Networks).map((name) => [name, {}])),
          },
        } as ContainerCreateOptions;
        await container.remove({ force: true });
        try {
          await (await docker.createContainer(options)).start();
        } catch (error) {
          // The operator may be quicker: it has started this one (304), or made its own (409).
          if (![304, 409].includes(Number((error as { statusCode?: number }).statusCode))) throw error;
        }
      },
    };
  },
  'container disconnected': (world) => {
    const of = world.random.pick([...world.names, 'consul']);
    return {
      what: `${of} is disconnected from its network`,
      ...lossOf(of, world),
      act: async () => {
        const container = await world.container(of);
        const { NetworkSettings } = await container.inspect();
        const network = world.random.pick(Object.keys(NetworkSettings.Networks));
        await docker.getNetwork(network).disconnect({ Container: container.id, Force: true });
      },
    };
  },
  'frontend network removed': (world) => ({
    what: 'the frontend network is left by Consul and removed',
    ...harmless,
    act: () => removeNetwork(world, world.net.frontend),
  }),
  'internal network removed': (world) => ({
    what: 'the internal network is left by everything and removed',
    ...costs(...world.names),
    act: () => removeNetwork(world, world.net.internal),
  }),
};

/** While the operator is stopped: it would connect again what is disconnected, before the network is gone. */
async function removeNetwork(world: ChaosWorld, name: string): Promise<void> {
  const { pid } = world.net.operator;
  process.kill(pid, 'SIGSTOP');
  try {
    const network = docker.getNetwork(name);
    const { Containers = {} } = (await network.inspect()) as { Containers?: Record<string, unknown> };
    for (const Container of Object.keys(Containers)) await network.disconnect({ Container, Force: true });
    await network.remove();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
