import type Docker from 'dockerode';
import PQueue from 'p-queue';
import { Fault } from '../../core/fault.ts';
import { requireImage } from '../../core/image-requirement.ts';
import type {
  DesiredItem,
  ItemRef,
  ItemType,
  NetworkItem,
  Observed,
  VolumeItem,
  WorkloadItem,
} from '../../core/item.ts';
import type { Action } from '../../core/plan.ts';
import type { Driver, Hint } from '../../ports/driver.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { call, statusOf, unless } from './client.ts';
import { copyIn } from './copy-in.ts';
import { createOptions } from './create-options.ts';
import { watchEvents } from './events.ts';
import { resolveImage } from './images.ts';
import { label, labelsFor } from './labels.ts';
import { isHolder, observeNetwork, observeVolume, observeWorkload } from './observe.ts';
import { createVolume, removeVolume } from './volumes.ts';

export interface DockerDriverOptions {
  readonly docker: Docker;
  readonly scope: string;
  readonly secrets: Secrets;
  readonly logger: Logger;
}

/** Measured: more starts at once than this gain nothing. */
const startsAtOnce = 4;
const stopSeconds = 10;

/** Networks, volumes and containers of a Docker engine. */
export class DockerDriver implements Driver {
  readonly name = 'docker';
  readonly types: readonly ItemType[] = ['network', 'volume', 'workload'];
  readonly #options: DockerDriverOptions;
  readonly #starts = new PQueue({ concurrency: startsAtOnce });

  constructor(options: DockerDriverOptions) {
    this.#options = options;
  }

  async list(): Promise<Observed[]> {
    const { docker, scope } = this.#options;
    const [containers, networks, volumes] = await Promise.all([
      this.#containers([`${label.owner}=${scope}`]),
      call('list networks', docker.listNetworks()),
      call('list volumes', docker.listVolumes({ filters: { label: [`${label.owner}=${scope}`] } })),
    ]);
    const holders = new Set(containers.filter(isHolder).map(({ Labels }) => Labels[label.id] ?? ''));
    return [
      ...containers.filter((each) => !isHolder(each)).map(observeWorkload),
      ...ourFirst(networks.map((network) => observeNetwork(scope, network))),
      ...volumes.Volumes.map((volume) => observeVolume(volume, holders)),
    ];
  }

  async read(ref: ItemRef): Promise<Observed | undefined> {
    if (ref.type !== 'workload') return (await this.list()).find(({ type, id }) => type === ref.type && id === ref.id);
    const found = await this.#containers([`${label.owner}=${this.#options.scope}`, `${label.id}=${ref.id}`]);
    const container = found.find((each) => !isHolder(each));
    return container && observeWorkload(container);
  }

  async apply(action: Action): Promise<Observed | undefined> {
    if (action.verb === 'drain') throw new Fault('bug', 'InternalError', `Docker cannot drain ${action.item.id}`);
    if (action.verb === 'remove') {
      await this.#remove(action.item);
      return undefined;
    }
    await this.#grow(action.item, action.verb !== 'prepare');
    return this.read(action.item);
  }

  watch(hint: Hint, signal: AbortSignal): void {
    watchEvents(this.#options.docker, this.#options.scope, hint, signal);
  }

  #containers(labels: string[]): Promise<Docker.ContainerInfo[]> {
    return call('list containers', this.#options.docker.listContainers({ all: true, filters: { label: labels } }));
  }

  async #grow(item: DesiredItem, andStart: boolean): Promise<void> {
    switch (item.type) {
      case 'network':
        return this.#createNetwork(item);
      case 'volume':
        return this.#createVolume(item);
      case 'workload':
        return this.#starts.add(() => this.#runWorkload(item, andStart));
      case 'balancer':
      case 'backend':
      case 'registration':
      case 'server':
        throw new Fault('bug', 'InternalError', `Docker has no items of type ${item.type}`);
    }
  }

  async #createNetwork(item: NetworkItem): Promise<void> {
    const { docker, scope } = this.#options;
    const existing = await this.read(item);
    if (existing) return expectSame(item, existing);
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
      const rival = statusOf(error) === 409 ? await this.read(item) : undefined;
      if (!rival) throw error;
      expectSame(item, rival);
    }
  }

  async #createVolume(item: VolumeItem): Promise<void> {
    const { docker, scope, logger } = this.#options;
    await createVolume(docker, scope, item, logger);
  }

  /** Creates the container unless it exists, and starts it unless it runs or is only to be made. */
  async #runWorkload(item: WorkloadItem, andStart: boolean): Promise<void> {
    const { docker, scope, secrets, logger } = this.#options;
    const existing = await this.read(item);
    if (!existing) {
      const image = await resolveImage(docker, item.spec.images, logger);
      if (item.requires) requireImage(image, item.requires);
      await this.#create(item, createOptions(scope, item, image, secrets));
    }
    if (!andStart) return;
    const container = docker.getContainer(item.id);
    if (existing?.message === 'is paused') return call(`unpause ${item.id}`, container.unpause()).then(() => undefined);
    await copyIn(docker, item);
    try {
      await unless(304, call(`start ${item.id}`, container.start(), 60_000));
    } catch (error) {
      throw explainStart(item, error);
    }
  }

  async #create(item: WorkloadItem, options: Docker.ContainerCreateOptions): Promise<void> {
    const { docker } = this.#options;
    try {
      await call(`create container ${item.id}`, docker.createContainer(options));
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      throw new Fault(
        'conflict',
        'NameTaken',
        `a container named ${item.id} exists and is not ours; rename or remove it (docker rename ${item.id} ${item.id}-old)`,
        { cause: error },
      );
    }
    for (const network of item.spec.networks.slice(1)) {
      await call(`connect ${item.id} to ${network}`, docker.getNetwork(network).connect({ Container: item.id }));
    }
  }

  async #remove({ type, id, fields }: Observed): Promise<void> {
    const { docker } = this.#options;
    if (type === 'workload') {
      const container = docker.getContainer(fields['containerId'] ?? id);
      await unless(404, unless(304, call(`stop ${id}`, container.stop({ t: stopSeconds }), (stopSeconds + 20) * 1000)));
      await unless(404, call(`remove ${id}`, container.remove({ force: true, v: true })));
    } else if (type === 'network') {
      await removeNetwork(docker, id, fields['networkId'] ?? id);
    } else {
      await removeVolume(docker, id);
    }
  }
}

async function removeNetwork(docker: Docker, name: string, networkId: string): Promise<void> {
  try {
    await unless(404, call(`remove network ${name}`, docker.getNetwork(networkId).remove()));
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    throw new Fault('missing', 'NetworkInUse', `network ${name} still has containers attached; it goes when they do`, {
      cause: error,
    });
  }
}

function expectSame({ id, hash }: NetworkItem, existing: Observed): void {
  if (existing.phase !== 'foreign' && existing.hash === hash) return;
  throw new Fault(
    'conflict',
    'NetworkDiffers',
    `network ${id} exists with other settings; remove it (docker network rm ${id}) or name another`,
  );
}

/** Names of networks are not unique in Docker: where ours and another's share one, ours is meant. */
function ourFirst(networks: readonly Observed[]): Observed[] {
  const byName = new Map<string, Observed>();
  for (const network of networks)
    if (!byName.has(network.id) || network.phase !== 'foreign') byName.set(network.id, network);
  return [...byName.values()];
}

/** Says what a person can do about the ordinary reasons for which a start fails. */
function explainStart(item: WorkloadItem, error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('port is already allocated') || message.includes('address already in use')) {
    return new Fault('conflict', 'PortTaken', `${item.id} needs a port that another process holds: ${message}`, {
      cause: error,
    });
  }
  if (message.includes('executable file not found') || message.includes('no such file or directory')) {
    return new Fault('invalid', 'CommandNotFound', `${item.id} cannot start: ${message}; correct spec.command`, {
      cause: error,
    });
  }
  return error;
}
