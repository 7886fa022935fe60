import type Docker from 'dockerode';
import { Fault } from '../../core/fault.ts';
import type { VolumeItem } from '../../core/item.ts';
import type { Logger } from '../../ports/logger.ts';
import { call, statusOf, unless } from './client.ts';
import { resolveImage } from './images.ts';
import { holderRole, label, labelsFor } from './labels.ts';
import { fillAgain, removeFiller } from './volume-content.ts';

/**
 * Creates a volume. The engine fills an empty volume from the image when it creates a container that mounts it, so the
 * existence of such a container, which is never started, proves that the volume is whole.
 */
export async function createVolume(docker: Docker, scope: string, item: VolumeItem, logger: Logger): Promise<void> {
  const { content, name } = item.spec;
  const image = content && (await resolveImage(docker, [content.image], logger));
  const labels = labelsFor(scope, item);
  await call(
    `create volume ${name}`,
    docker.createVolume({ Name: name, Labels: { ...labels, ...(content && { 'io.mcpnet.content': content.image }) } }),
  );
  // The engine is content with a volume that has this name already, whosever it is.
  const { Labels: found } = await call(`inspect volume ${name}`, docker.getVolume(name).inspect());
  if ((found as Record<string, string> | null)?.[label.owner] !== scope) {
    throw new Fault(
      'conflict',
      'NameTaken',
      `a volume named ${name} exists and is not ours; remove it (docker volume rm ${name}) if nobody needs it`,
    );
  }
  if (!content || !image) return;
  try {
    await call(
      `fill volume ${name}`,
      docker.createContainer({
        name: holderName(name),
        Image: image.name,
        Labels: { ...labels, [label.role]: holderRole },
        Entrypoint: ['never-started'],
        NetworkDisabled: true,
        HostConfig: { Mounts: [{ Type: 'volume', Source: name, Target: content.mountPath }] },
      }),
      120_000,
    );
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    // It was filled before, and has lost something since.
    await fillAgain(docker, image.name, content.mountPath, holderName(name), labels);
  }
}

export async function removeVolume(docker: Docker, name: string): Promise<void> {
  await unless(
    404,
    call(`remove the holder of ${name}`, docker.getContainer(holderName(name)).remove({ force: true })),
  );
  await removeFiller(docker, holderName(name));
  await unless(404, call(`remove volume ${name}`, docker.getVolume(name).remove()));
}

function holderName(volume: string): string {
  return `${volume}-holder`;
}
