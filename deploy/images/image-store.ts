import type Docker from 'dockerode';
import { RECIPE_LABEL } from './recipe.ts';

export interface PresentImage {
  readonly id: string;
  readonly hash: string | undefined;
  readonly bytes: number;
}

/** Undefined if Docker has no image of that name. */
export async function inspectImage(docker: Docker, name: string): Promise<PresentImage | undefined> {
  try {
    const facts = await docker.getImage(name).inspect();
    return { id: facts.Id, hash: facts.Config.Labels?.[RECIPE_LABEL], bytes: facts.Size };
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode === 404) return undefined;
    throw new Error('Docker does not answer; start it, or point DOCKER_HOST at it', { cause });
  }
}

/** Frees the disk of an image of ours that has just lost its name. One that a container uses, or another name holds, stays. */
export async function removeSuperseded(docker: Docker, old: PresentImage): Promise<void> {
  const facts = await docker
    .getImage(old.id)
    .inspect()
    .catch(() => undefined);
  const isNameless = facts !== undefined && (facts.RepoTags ?? []).length === 0;
  if (old.hash === undefined || !isNameless) return;
  await docker
    .getImage(old.id)
    .remove()
    .catch(() => {}); // In use: Docker refuses, and a later prune takes it.
}
