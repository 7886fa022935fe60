import { dirname } from 'node:path';
import type Docker from 'dockerode';
import { bridgeFiles } from './bridge-program.ts';
import { call, statusOf, unless } from './client.ts';
import { holderRole, label } from './labels.ts';

const lookEveryMs = 25_000;

/**
 * Whether volumes that were filled from an image still have what others start from. Looked at through the container that
 * mounts the volume and is never started: a few calls for each volume at every resync, however many containers use it.
 */
export class VolumeContents {
  readonly #docker: Docker;
  readonly #seen = new Map<string, { readonly atMs: number; readonly missing: string | undefined }>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  forget(volume: string): void {
    this.#seen.delete(volume);
  }

  /** Path of a file that somebody took out of a volume, by the volume's name; volumes that are whole are absent. */
  async missing(holders: readonly Docker.ContainerInfo[]): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(
      holders.filter(hasMount).map(async (holder) => {
        const volume = holder.Labels[label.id] ?? '';
        const known = this.#seen.get(volume);
        if (known && performance.now() - known.atMs < lookEveryMs) return [volume, known.missing] as const;
        const missing = await this.#look(holder);
        this.#seen.set(volume, { atMs: performance.now(), missing });
        return [volume, missing] as const;
      }),
    );
    return new Map(found.flatMap(([volume, missing]) => (missing === undefined ? [] : [[volume, missing]])));
  }

  async #look({ Id, Mounts }: Docker.ContainerInfo): Promise<string | undefined> {
    for (const path of bridgeFiles.filter((each) => Mounts.some(({ Destination }) => each.startsWith(Destination)))) {
      try {
        await call(`look for ${path}`, this.#docker.getContainer(Id).infoArchive({ path }));
      } catch (error) {
        if (statusOf(error) === 404) return path;
        throw error;
      }
    }
    return undefined;
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

/** One that only lends its image's content has none. */
function hasMount({ Mounts }: Docker.ContainerInfo): boolean {
  return Mounts.length > 0;
}

function fillerName(holder: string): string {
  return `${holder}-filler`;
}
