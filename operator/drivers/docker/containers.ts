import type Docker from 'dockerode';
import { bridgeDirectory } from '../../core/bridge-command.ts';
import { driftFields } from '../../core/drift.ts';
import { Fault } from '../../core/fault.ts';
import { requireImage } from '../../core/image-requirement.ts';
import type { Observed, WorkloadItem } from '../../core/item.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { adjust } from './adjust.ts';
import { call, statusOf, unless } from './client.ts';
import { copyIn } from './copy-in.ts';
import { adjustable, createOptions } from './create-options.ts';
import { imageIdOf, resolveImage } from './images.ts';
import { Inspections, type Inspection } from './inspections.ts';
import { label } from './labels.ts';
import { isHolder, observeWorkload } from './observe.ts';
import { ownContainers } from './ownership.ts';

export interface ContainersOptions {
  readonly docker: Docker;
  readonly scope: string;
  readonly secrets: Secrets;
  readonly logger: Logger;
  /** Whether the containers' processes are this machine's. */
  readonly isLocal?: boolean;
}

type Container = Docker.ContainerInfo;

const stopSeconds = 10;

/** The containers of a scope: what there are, and how they are made, put right and taken away. */
export class Containers {
  readonly inspections: Inspections;
  readonly #options: ContainersOptions;

  constructor(options: ContainersOptions) {
    this.#options = options;
    this.inspections = new Inspections(options.docker, options.isLocal ?? false);
  }

  /** All of them, and those that mount the volumes whose filling has been completed. */
  async list(): Promise<{ workloads: Observed[]; holders: Container[] }> {
    const found = await this.#find();
    this.inspections.retain(new Set(found.map(({ Id }) => Id)));
    return { workloads: await this.#observe(found), holders: found.filter(isHolder) };
  }

  async read(id: string): Promise<Observed | undefined> {
    const [workload] = await this.#observe(await this.#find(`${label.id}=${id}`));
    return workload;
  }

  /** Creates the container unless it exists, and starts it unless it runs or is only to be made. */
  async run(item: WorkloadItem, andStart: boolean): Promise<void> {
    const { docker, scope, secrets, logger } = this.#options;
    const existing = await this.read(item.id);
    if (!existing) {
      const image = await resolveImage(docker, item.spec.images, logger);
      if (item.requires) requireImage(image, item.requires);
      await this.#create(item, createOptions(scope, item, image, secrets));
    }
    if (!andStart) return;
    const container = docker.getContainer(existing?.fields['containerId'] ?? item.id);
    if (existing?.message === 'is paused') return call(`unpause ${item.id}`, container.unpause()).then(() => undefined);
    await copyIn(docker, item);
    try {
      await unless(304, call(`start ${item.id}`, container.start(), 60_000));
    } catch (error) {
      throw explainStart(item, error);
    }
  }

  /** Takes back what somebody changed about a container. */
  async adjust(item: WorkloadItem): Promise<void> {
    const { docker, logger } = this.#options;
    const existing = await this.read(item.id);
    if (!existing) return;
    const containerId = existing.fields['containerId'] ?? item.id;
    await adjust(docker, item, existing);
    this.inspections.forget(containerId);
    const left = await this.inspections.accept(containerId, adjustable(item));
    if (left !== undefined) logger.warn('the engine does not do as told; that is let be', { id: item.id, left });
  }

  async remove({ id, fields }: Observed): Promise<void> {
    const container = this.#options.docker.getContainer(fields['containerId'] ?? id);
    if (fields[driftFields.detached] !== undefined && fields['group'] === 'haproxy') await seeOut(container, id);
    await unless(404, unless(304, call(`stop ${id}`, container.stop({ t: stopSeconds }), (stopSeconds + 20) * 1000)));
    await unless(404, call(`remove ${id}`, container.remove({ force: true, v: true })));
  }

  #find(...labels: string[]): Promise<Container[]> {
    const filters = { label: [`${label.owner}=${this.#options.scope}`, ...labels] };
    return call('list containers', this.#options.docker.listContainers({ all: true, filters }));
  }

  async #observe(found: readonly Container[]): Promise<Observed[]> {
    const containers = found.filter((each) => !isHolder(each));
    const inspections = await this.inspections.of(containers.map(({ Id }) => Id));
    const ours = ownContainers(containers, inspections);
    const newImages = await this.#movedImages(ours, inspections);
    return ours.map((each) => {
      const inspection = inspections.get(each.Id);
      return observeWorkload(each, inspection, newImages.get(inspection?.image ?? ''));
    });
  }

  /** Images by names that mean others by now: the list tells the id of a container's image in place of its name then. */
  async #movedImages(
    containers: readonly Container[],
    inspections: ReadonlyMap<string, Inspection>,
  ): Promise<ReadonlyMap<string, string>> {
    const names = containers.flatMap(({ Id, Image }) => {
      const name = inspections.get(Id)?.image;
      return name === undefined || name === Image ? [] : [name];
    });
    const ids = await Promise.all(
      [...new Set(names)].map(async (name) => [name, await imageIdOf(this.#options.docker, name)] as const),
    );
    return new Map(ids.flatMap(([name, id]) => (id === undefined ? [] : [[name, id]])));
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
}

/**
 * HAProxy ends what it has begun and takes nothing new (Management Guide, "Stopping and restarting HAProxy"): another one
 * has taken over its ports by now. What is still open after the time that any container has to stop is cut off.
 */
async function seeOut(container: Docker.Container, id: string): Promise<void> {
  await call(`let ${id} end`, container.update({ RestartPolicy: { Name: 'no' } }));
  await unless(409, call(`let ${id} end`, container.kill({ signal: 'SIGUSR1' })));
  await call(`wait for the end of ${id}`, container.wait(), stopSeconds * 1000).catch(() => undefined);
}

/** Says what a person can do about the ordinary reasons for which a start fails. */
function explainStart(item: WorkloadItem, error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('port is already allocated') || message.includes('address already in use')) {
    return new Fault('conflict', 'PortTaken', `${item.id} needs a port that another process holds: ${message}`, {
      cause: error,
    });
  }
  if (item.spec.bridge && message.includes('no such file or directory') && message.includes(bridgeDirectory)) {
    const text = `${item.id} cannot start: a file of the bridge is missing in volume ${item.spec.bridge.volume}; it is put back at the next look, within 30 s`;
    return new Fault('missing', 'BridgeMissing', text, { cause: error });
  }
  if (message.includes('executable file not found') || message.includes('no such file or directory')) {
    return new Fault('invalid', 'CommandNotFound', `${item.id} cannot start: ${message}; correct spec.command`, {
      cause: error,
    });
  }
  return error;
}
