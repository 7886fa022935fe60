import type Docker from 'dockerode';
import { call } from './client.ts';
import { nameOf } from './ownership.ts';
import { readNetworks, type NetworkFacts } from './engine-facts.ts';

/** Everything that an engine holds, whosever it is. */
export interface Inventory {
  readonly containers: readonly ContainerFacts[];
  readonly networks: readonly NetworkFacts[];
  readonly volumes: readonly { readonly name: string; readonly labels: Labels }[];
  readonly images: readonly ImageFacts[];
}

type Labels = Readonly<Record<string, string>>;

export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly imageId: string;
  /** Names of the networks that it is in, running or not. */
  readonly networks: readonly string[];
  /** Ports of the host that the engine binds for it. */
  readonly published: readonly number[];
  /** Names of the volumes that it mounts. */
  readonly volumes: readonly string[];
}

export interface ImageFacts {
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Labels;
}

export async function readInventory(docker: Docker): Promise<Inventory> {
  const [containers, networks, { Volumes: volumes }, images] = await Promise.all([
    call('list containers', docker.listContainers({ all: true })),
    readNetworks(docker),
    call('list volumes', docker.listVolumes()),
    call('list images', docker.listImages()),
  ]);
  return {
    containers: containers.map((container) => ({
      id: container.Id,
      name: nameOf(container),
      labels: container.Labels,
      imageId: container.ImageID,
      networks: Object.keys(container.NetworkSettings.Networks),
      published: [...new Set(container.Ports.flatMap(({ PublicPort }) => PublicPort ?? []))],
      volumes: container.Mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name !== undefined ? [Name] : [])),
    })),
    networks,
    // Null where there are none, which the library's types do not tell.
    volumes: volumes.map(({ Name, Labels }) => ({ name: Name, labels: (Labels as Labels | null) ?? {} })),
    images: images.map(({ Id, RepoTags, Labels }) => ({
      id: Id,
      names: ((RepoTags as string[] | null) ?? []).filter((name) => name !== '<none>:<none>'),
      labels: (Labels as Labels | null) ?? {},
    })),
  };
}

/** Ids of the layers of images, from the bottom up: one whose layers another begins with is its base. */
export async function layersOf(
  docker: Docker,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const layers = new Map<string, readonly string[]>();
  for (const id of ids) {
    const { RootFS } = await call(`inspect image ${id}`, docker.getImage(id).inspect());
    layers.set(id, RootFS.Layers ?? []);
  }
  return layers;
}
