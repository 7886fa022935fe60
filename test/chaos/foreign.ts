import { createHash } from 'node:crypto';
import { docker, runContainer, testLabel } from '../support/docker.ts';
import { tinyImage } from '../support/manifests.ts';
import type { ChaosWorld } from './world.ts';

/** Things of others, as like ours as they can be. Made before anything goes wrong; never to be changed. */
export class Foreigners {
  readonly #world: ChaosWorld;
  readonly #names: {
    readonly container: string;
    readonly namesake: string;
    readonly network: string;
    readonly volume: string;
  };

  constructor(world: ChaosWorld) {
    this.#world = world;
    const { scope } = world.net;
    this.#names = {
      container: `${scope}-theirs`,
      namesake: 'large-0000000000-1',
      network: `${scope}-theirs`,
      volume: `${scope}-theirs`,
    };
  }

  async open(): Promise<void> {
    const { scope } = this.#world.net;
    const { container, namesake, network, volume } = this.#names;
    await docker.createNetwork({ Name: network, Labels: { [testLabel]: scope } });
    await docker.createVolume({ Name: volume, Labels: { [testLabel]: scope } });
    const common = { scope, image: tinyImage, network };
    const made = [
      await runContainer({ ...common, name: container, binds: [`${volume}:/data`] }),
      await runContainer({ ...common, name: namesake, labels: this.#labels(`${scope}-other`) }),
    ];
    for (const each of made) await each.update({ RestartPolicy: { Name: 'always' } });
    for (const name of ['theirs', 'large'])
      await this.#world.net.consul.put('/v1/agent/service/register', {
        ID: `theirs-${name}`,
        Name: name,
        Address: '192.0.2.1',
        Port: 80,
        Tags: ['theirs'],
      });
  }

  /** Of everything that the engine and Consul tell. @param running with when the containers were started */
  async digest(running: boolean): Promise<string> {
    const { container, namesake, network, volume } = this.#names;
    const containers = await Promise.all([container, namesake].map((name) => docker.getContainer(name).inspect()));
    const facts = [
      ...containers.map(({ Id, Name, Config, HostConfig, NetworkSettings, State }) => [
        ...[Id, Name, Config, HostConfig, Object.keys(NetworkSettings.Networks)],
        running && [State.StartedAt, State.Running],
      ]),
      { ...(await docker.getNetwork(network).inspect()), Containers: undefined },
      await docker.getVolume(volume).inspect(),
      await Promise.all(['theirs', 'large'].map((name) => this.#world.net.consul.agentService(`theirs-${name}`))),
    ];
    return createHash('sha256').update(JSON.stringify(facts, withoutNothing)).digest('hex');
  }

  #labels(owner: string): Record<string, string> {
    return {
      'io.mcpnet.owner': owner,
      'io.mcpnet.key': 'MCPService/default/large',
      'io.mcpnet.id': this.#names.namesake,
      'io.mcpnet.hash': '0000000000',
      'io.mcpnet.role': 'replicas',
    };
  }
}

/** An engine that was started again tells nothing at all where it told an empty list before. */
function withoutNothing(_key: string, value: unknown): unknown {
  return value === null || (Array.isArray(value) && value.length === 0) ? undefined : value;
}
