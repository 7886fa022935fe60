import PQueue from 'p-queue';
import { Fault } from '../../core/fault.ts';
import type { ItemRef, ItemType, Observed, WorkloadItem } from '../../core/item.ts';
import type { Action } from '../../core/plan.ts';
import type { Driver, Hint } from '../../ports/driver.ts';
import { call } from './client.ts';
import { Containers, type ContainersOptions } from './containers.ts';
import { watchEvents } from './events.ts';
import { label } from './labels.ts';
import { createNetwork, ourFirst, removeNetwork } from './networks.ts';
import { observeNetwork, observeVolume } from './observe.ts';
import { VolumeContents } from './volume-content.ts';
import { createVolume, removeVolume } from './volumes.ts';

export type DockerDriverOptions = ContainersOptions;

/** Measured: more starts at once than this gain nothing. */
const startsAtOnce = 4;
/**
 * The engine of Docker 20.10 can lock up for good when containers leave a network together: getSvcRecords of the one and
 * processEndpointDelete of the other take the locks of network and controller in opposite order. Seen at 132 at once.
 */
const removalsAtOnce = 1;

/** Networks, volumes and containers of a Docker engine. */
export class DockerDriver implements Driver {
  readonly name = 'docker';
  readonly types: readonly ItemType[] = ['network', 'volume', 'workload'];
  readonly #options: DockerDriverOptions;
  readonly #containers: Containers;
  readonly #contents: VolumeContents;
  readonly #starts = new PQueue({ concurrency: startsAtOnce });
  readonly #removals = new PQueue({ concurrency: removalsAtOnce });

  constructor(options: DockerDriverOptions) {
    this.#options = options;
    this.#containers = new Containers(options);
    this.#contents = new VolumeContents(options.docker, options.isLocal ?? false);
  }

  async list(): Promise<Observed[]> {
    const { docker, scope } = this.#options;
    const [{ workloads, holders }, networks, volumes] = await Promise.all([
      this.#containers.list(),
      call('list networks', docker.listNetworks()),
      call('list volumes', docker.listVolumes({ filters: { label: [`${label.owner}=${scope}`] } })),
    ]);
    const missing = await this.#contents.missing(holders, volumes.Volumes);
    const filled = new Set(holders.map(({ Labels }) => Labels[label.id] ?? ''));
    return [
      ...workloads,
      ...ourFirst(networks.map((network) => observeNetwork(scope, network))),
      ...volumes.Volumes.map((volume) => observeVolume(volume, filled, missing)),
    ];
  }

  async read(ref: ItemRef): Promise<Observed | undefined> {
    if (ref.type === 'workload') return this.#containers.read(ref.id);
    return (await this.list()).find(({ type, id }) => type === ref.type && id === ref.id);
  }

  async apply(action: Action): Promise<Observed | undefined> {
    if (action.verb === 'drain') throw new Fault('bug', 'InternalError', `Docker cannot drain ${action.item.id}`);
    if (action.verb === 'remove') {
      await this.#remove(action.item);
      return undefined;
    }
    await this.#grow(action);
    return this.read(action.item);
  }

  watch(hint: Hint, signal: AbortSignal): void {
    watchEvents(this.#options.docker, this.#options.scope, this.#containers.inspections, hint, signal);
  }

  async #grow({ verb, item }: Exclude<Action, { verb: 'drain' | 'remove' }>): Promise<void> {
    const { docker, scope, logger } = this.#options;
    switch (item.type) {
      case 'network':
        return createNetwork(docker, scope, item, () => this.read(item));
      case 'volume':
        return createVolume(docker, scope, item, logger);
      case 'workload':
        return verb === 'update'
          ? this.#containers.adjust(item)
          : this.#starts.add(() => this.#run(item, verb !== 'prepare'));
      case 'balancer':
      case 'budget':
      case 'backend':
      case 'registration':
      case 'server':
        throw new Fault('bug', 'InternalError', `Docker has no items of type ${item.type}`);
    }
  }

  async #run(item: WorkloadItem, andStart: boolean): Promise<void> {
    try {
      await this.#containers.run(item, andStart);
    } catch (error) {
      if (item.spec.bridge && error instanceof Fault && error.reason === 'BridgeMissing')
        this.#contents.suspect(item.spec.bridge.volume);
      throw error;
    }
  }

  async #remove(item: Observed): Promise<void> {
    const { docker } = this.#options;
    if (item.type === 'workload') await this.#removals.add(() => this.#containers.remove(item));
    else if (item.type === 'network') await removeNetwork(docker, item.id, item.fields['networkId'] ?? item.id);
    else await removeVolume(docker, item.id);
  }
}
