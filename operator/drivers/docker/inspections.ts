import type Docker from 'dockerode';
import { call, statusOf } from './client.ts';
import { label } from './labels.ts';
import { lostMount } from './lost-mounts.ts';
import { fitsSeal } from './seal.ts';

/** What can be changed about a container that exists; 0 for no limit. */
interface Limits {
  readonly restart: string;
  readonly memoryBytes: number;
  /** Of memory and swap together. */
  readonly swapBytes: number;
  readonly nanoCpus: number;
  readonly pids: number;
}

/** What a list does not tell of a container. */
export interface Inspection extends Limits {
  /** Of the item that it stands for; what others name theirs is of no use. */
  readonly id: string;
  /** As it was named when the container was made; the list tells an id once the name means another image. */
  readonly image: string;
  readonly fitsSeal: boolean;
  /** Path in the container at which a directory is mounted that is no longer there. */
  readonly lostMount?: string;
  /** Limits that we never set and cannot take away. */
  readonly strange: readonly string[];
}

const inspectionsAtOnce = 16;

/**
 * Every container is inspected once, and again only when the engine tells that somebody changed it: a look at a thousand
 * containers that are as they were is one call.
 */
export class Inspections {
  readonly #docker: Docker;
  readonly #isLocal: boolean;
  readonly #known = new Map<string, Inspection>();
  /** Ids of containers that changed while they were being inspected are inspected again. */
  #changes = 0;
  /** Limits of containers that the engine does not make as they should be, and for what they are taken. */
  readonly #letBe = new Map<string, { readonly found: string; readonly as: Limits }>();

  /** @param isLocal whether the containers' processes are this machine's */
  constructor(docker: Docker, isLocal: boolean) {
    this.#docker = docker;
    this.#isLocal = isLocal;
  }

  /** Id of the item that a known container stands for. */
  workloadOf(containerId: string): string | undefined {
    return this.#known.get(containerId)?.id;
  }

  /**
   * Inspects a container that was just put right. What is still different is the engine's own doing (a limit that the
   * kernel does not know): it is let be, and returned in words.
   */
  async accept(containerId: string, wanted: Docker.HostConfig): Promise<string | undefined> {
    const found = (await this.of([containerId])).get(containerId);
    if (!found) return undefined;
    const made = limitsOf(wanted);
    const left = Object.entries(made).filter(([name, value]) => found[name as keyof Limits] !== value);
    if (left.length === 0) return undefined;
    this.#letBe.set(containerId, { found: JSON.stringify(limitsIn(found)), as: made });
    this.#known.set(containerId, { ...found, ...made });
    return left.map(([name]) => name).join(', ');
  }

  /** Forgets one container, or all: after a time in which nothing was heard. */
  forget(containerId?: string): void {
    this.#changes++;
    if (containerId === undefined) this.#known.clear();
    else this.#known.delete(containerId);
  }

  /** Forgets containers that no longer exist. */
  retain(containerIds: ReadonlySet<string>): void {
    for (const known of [this.#known, this.#letBe])
      for (const id of known.keys()) if (!containerIds.has(id)) known.delete(id);
  }

  /** By id; those that are gone by now are absent. */
  async of(containerIds: readonly string[]): Promise<ReadonlyMap<string, Inspection>> {
    const unknown = containerIds.filter((id) => !this.#known.has(id));
    for (let first = 0; first < unknown.length; first += inspectionsAtOnce)
      await Promise.all(unknown.slice(first, first + inspectionsAtOnce).map((id) => this.#inspect(id)));
    return this.#known;
  }

  async #inspect(id: string): Promise<void> {
    const changes = this.#changes;
    try {
      const info = await call(`inspect ${id}`, this.#docker.getContainer(id).inspect());
      const lost = this.#isLocal ? await lostMount(info) : undefined;
      const found = { ...inspectionOf(info), ...(lost !== undefined && { lostMount: lost }) };
      const letBe = this.#letBe.get(id);
      const isLetBe = letBe?.found === JSON.stringify(limitsIn(found));
      this.#known.set(id, isLetBe ? { ...found, ...letBe.as } : found);
      if (changes !== this.#changes) await this.#inspect(id);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }
}

function inspectionOf(info: Docker.ContainerInspectInfo): Inspection {
  const { HostConfig: host } = info;
  return {
    id: info.Config.Labels[label.id] ?? '',
    image: info.Config.Image,
    fitsSeal: fitsSeal(info),
    ...limitsOf(host),
    strange: strangeLimits(host),
  };
}

function limitsOf(host: Docker.HostConfig): Limits {
  return {
    restart: host.RestartPolicy?.Name ?? '',
    memoryBytes: host.Memory ?? 0,
    // Without swap accounting the kernel knows no such limit.
    swapBytes: Math.max(0, host.MemorySwap ?? 0),
    nanoCpus: host.NanoCpus ?? 0,
    pids: Math.max(0, host.PidsLimit ?? 0),
  };
}

function limitsIn({ restart, memoryBytes, swapBytes, nanoCpus, pids }: Limits): Limits {
  return { restart, memoryBytes, swapBytes, nanoCpus, pids };
}

function strangeLimits(host: Docker.HostConfig): string[] {
  const limits = {
    'cpu-shares': host.CpuShares,
    'cpu-quota': host.CpuQuota,
    'cpu-period': host.CpuPeriod,
    'cpuset-cpus': host.CpusetCpus,
    'cpuset-mems': host.CpusetMems,
    'memory-reservation': host.MemoryReservation,
    'blkio-weight': host.BlkioWeight,
  };
  return Object.entries(limits).flatMap(([name, value]) => (value ? [`--${name} ${value}`] : []));
}
