import { bridgeFiles } from '../../core/bridge-command.ts';
import { stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type Docker from 'dockerode';
import { call, statusOf, unless } from './client.ts';
import { holderRole, label } from './labels.ts';

/**
 * Whether volumes that were filled from an image still have what others start from. Where the engine's files can be read
 * they are looked at themselves. To ask the engine makes it mount the volume, which it announces as an event each time: it
 * is asked only after a container could not start.
 */
export class VolumeContents {
  readonly #docker: Docker;
  readonly #isLocal: boolean;
  readonly #suspects = new Set<string>();

  constructor(docker: Docker, isLocal: boolean) {
    this.#docker = docker;
    this.#isLocal = isLocal;
  }

  /** Something could not start from this volume: the next look asks the engine, if need be. */
  suspect(volume: string): void {
    this.#suspects.add(volume);
  }

  /** Path of a file that somebody took out of a volume, by the volume's name; volumes that are whole are absent. */
  async missing(
    holders: readonly Docker.ContainerInfo[],
    volumes: readonly Docker.VolumeInspectInfo[],
  ): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(
      holders.map(async (holder) => {
        // A container that only lends its image's content mounts nothing.
        const [mount] = holder.Mounts;
        const volume = volumes.find(({ Name }) => Name === mount?.Name);
        if (!mount || !volume) return undefined;
        const missing = await this.#look(volume, mount.Destination, holder.Id);
        return missing === undefined ? undefined : ([volume.Name, missing] as const);
      }),
    );
    return new Map(found.filter((each) => each !== undefined));
  }

  async #look({ Name, Mountpoint }: Docker.VolumeInspectInfo, mountPath: string, holder: string): Promise<Missing> {
    const paths = bridgeFiles.filter((path) => path.startsWith(`${mountPath}/`));
    if (this.#isLocal && (await exists(Mountpoint)) === true) {
      for (const path of paths) if ((await exists(join(Mountpoint, relative(mountPath, path)))) === false) return path;
      return undefined;
    }
    if (!this.#suspects.has(Name)) return undefined;
    for (const path of paths) if (!(await this.#holds(holder, path))) return path;
    this.#suspects.delete(Name);
    return undefined;
  }

  async #holds(container: string, path: string): Promise<boolean> {
    try {
      await call(`look for ${path}`, this.#docker.getContainer(container).infoArchive({ path }));
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }
}

type Missing = string | undefined;

/** Undefined where that cannot be told: the engine's files are root's, or those of another machine. */
async function exists(path: string): Promise<boolean | undefined> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? false : undefined;
  }
}

/**
 * Copies what an image has at a path into a volume that is in use, by way of a container that is never started. The
 * engine itself fills only volumes that are empty and not yet mounted.
 * @param holder name of the container that mounts the volume at this path
 */
export async function fillAgain(
  docker: Docker,
  image: string,
  mountPath: string,
  holder: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const name = fillerName(holder);
  await removeFiller(docker, holder);
  const filler = await call(
    `create ${name}`,
    docker.createContainer({
      name,
      Image: image,
      Labels: { ...labels, [label.role]: holderRole },
      Entrypoint: ['never-started'],
      NetworkDisabled: true,
    }),
  );
  try {
    const content = await call(`read ${mountPath} of ${image}`, filler.getArchive({ path: mountPath }));
    const target = docker.getContainer(holder);
    await call(`fill ${holder}`, target.putArchive(content, { path: dirname(mountPath) }), 120_000);
  } finally {
    await removeFiller(docker, holder);
  }
}

/** One may be left by an operator that was killed. */
export async function removeFiller(docker: Docker, holder: string): Promise<void> {
  const name = fillerName(holder);
  await unless(404, call(`remove ${name}`, docker.getContainer(name).remove({ force: true })));
}

function fillerName(holder: string): string {
  return `${holder}-filler`;
}
