import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { DockerEvents } from './docker-events.ts';
import { docker, keyLabel, ownerLabel, roleLabel } from './docker.ts';
import type { Frozen, World } from './world.ts';

/** What a scope has on the Docker engine. */
export class DockerWorld implements World {
  readonly #scope: string;
  readonly #networks: readonly string[];

  constructor(scope: string, networks: readonly string[]) {
    this.#scope = scope;
    this.#networks = networks;
  }

  async containers(name?: string, kind = 'MCPService'): Promise<readonly Docker.ContainerInfo[]> {
    const label = [
      `${ownerLabel}=${this.#scope}`,
      ...(name === undefined ? [] : [`${keyLabel}=${kind}/default/${name}`]),
    ];
    const all = await docker.listContainers({ all: true, filters: { label } });
    return all.filter(({ Labels }) => Labels[roleLabel] !== 'volume-holder');
  }

  async container(name: string, kind: string, role: string): Promise<Docker.Container> {
    const found = (await this.containers(name, kind)).find(({ Labels }) => Labels[roleLabel] === role);
    if (!found) throw new Error(`there is no container of ${name}`);
    return docker.getContainer(found.Id);
  }

  async environments(name: string): Promise<readonly (readonly string[])[]> {
    const containers = await this.containers(name);
    const inspected = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()));
    return inspected.map(({ Config }) => Config.Env);
  }

  /** The engine sees a container that runs; its server, below Docker's init, is stopped. */
  async freeze(name: string): Promise<Frozen> {
    const { Id, State } = await (await this.container(name, 'MCPService', 'replicas')).inspect();
    const server = Number(await readFile(`/proc/${State.Pid}/task/${State.Pid}/children`, 'utf8'));
    process.kill(server, 'SIGSTOP');
    const thaw = async (): Promise<void> => {
      await Promise.resolve();
      process.kill(server, 'SIGCONT');
    };
    return { id: Id, thaw };
  }

  watch(): Promise<DockerEvents> {
    return new DockerEvents(this.#scope, this.#networks).open();
  }
}
