import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import PQueue from 'p-queue';
import type { WorkloadItem } from '../../operator/core/item.ts';
import { createOptions } from '../../operator/drivers/docker/create-options.ts';
import { resolveImage } from '../../operator/drivers/docker/images.ts';
import { silentLogger } from '../../operator/ports/logger.ts';
import { noSecrets } from '../../operator/ports/secrets.ts';
import { probe } from '../../operator/probe/probe.ts';
import { docker } from '../support/docker.ts';
import { desiredItems } from './desired.ts';
import type { BenchNetwork, Manifest } from './network.ts';

/** As many as the operator has in flight. */
const startsAtOnce = 4;
/** As often as the operator probes what starts. */
const probeEveryMs = 50;

/** When one container got on how far; milliseconds since the epoch. */
export interface FloorTimes {
  readonly createdMs: number;
  readonly startedMs: number;
  readonly servedMs: number;
}

/** What the operator would ask Docker for, compiled by its own controller for a scope of which it knows nothing. */
export function workloadsOf(network: BenchNetwork, scope: string, services: readonly Manifest[]): WorkloadItem[] {
  const declared = { network: network.networkManifest(), services, scope, stateDirectory: network.state };
  const workloads = desiredItems(declared).filter((item) => item.type === 'workload');
  return workloads.filter(({ group }) => group.name === 'replicas');
}

export async function optionsOf(scope: string, item: WorkloadItem): Promise<Docker.ContainerCreateOptions> {
  return createOptions(scope, item, await resolveImage(docker, item.spec.images, silentLogger), noSecrets);
}

/** Containers as the operator makes them, made by nothing but the calls that this takes. */
export class Floor {
  readonly #items: readonly WorkloadItem[];
  #options: readonly Docker.ContainerCreateOptions[] = [];

  private constructor(items: readonly WorkloadItem[]) {
    this.#items = items;
  }

  static async prepare(network: BenchNetwork, services: readonly Manifest[]): Promise<Floor> {
    const scope = network.beside('floor');
    const floor = new Floor(workloadsOf(network, scope, services));
    floor.#options = await Promise.all(floor.#items.map((item) => optionsOf(scope, item)));
    return floor;
  }

  /** Creates and starts all containers, and resolves when every one has passed the operator's own probe. */
  async run(): Promise<FloorTimes[]> {
    const queue = new PQueue({ concurrency: startsAtOnce });
    return Promise.all(
      this.#items.map(async (item, index) => {
        const options = this.#options[index];
        if (!options) throw new Error('the floor was not prepared');
        const createdMs = Date.now();
        const container = await queue.add(async () => {
          const created = await docker.createContainer(options);
          await created.start();
          return created;
        });
        const startedMs = Date.now();
        return { createdMs, startedMs, servedMs: await untilProbed(container, item) };
      }),
    );
  }

  container(index = 0): Docker.Container {
    return docker.getContainer(this.#items[index]?.id ?? '');
  }

  item(index = 0): WorkloadItem {
    const item = this.#items[index];
    if (!item) throw new Error(`the floor has no container ${index}`);
    return item;
  }

  /** One after the other: see the limit in the operator's own driver. */
  async remove(): Promise<void> {
    for (const { id } of this.#items) await docker.getContainer(id).remove({ force: true, v: true });
  }
}

/** Resolves with the time of the first passed probe. */
export async function untilProbed(container: Docker.Container, item: WorkloadItem): Promise<number> {
  const address = await addressOf(container, item);
  const { signal } = new AbortController();
  for (;;) {
    const { ok } = await probe(item.probe, address, signal);
    if (ok) return Date.now();
    await delay(probeEveryMs);
  }
}

export async function addressOf(container: Docker.Container, item: WorkloadItem): Promise<string> {
  const { NetworkSettings: settings } = await container.inspect();
  return settings.Networks[item.spec.networks[0] ?? '']?.IPAddress ?? '';
}
