import type Docker from 'dockerode';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { withTemporaryFolder } from './cache.ts';
import { contentEntries, type ContentOptions } from './contents.ts';
import { dockerfile, LAYER_FILE } from './dockerfile.ts';
import { addFile, writeLayer } from './layer.ts';
import { RECIPE_LABEL, type Recipe } from './recipe.ts';

/** A recipe with what decides whether its image is up to date. */
export interface HashedRecipe {
  readonly recipe: Recipe;
  readonly hash: string;
  readonly inputs: readonly string[];
}

/** Makes the layer and has Docker build the image from it; the base image must be there. */
export async function buildImage(
  docker: Docker,
  { recipe, hash, inputs }: HashedRecipe,
  options: ContentOptions,
): Promise<void> {
  const entries = await contentEntries(recipe, inputs, options);
  const labels = {
    [RECIPE_LABEL]: hash,
    'org.opencontainers.image.title': recipe.title,
    'org.opencontainers.image.version': recipe.version,
    'org.opencontainers.image.licenses': recipe.licenses,
  };
  const platform = `linux/${options.architecture}`;
  await withTemporaryFolder(async (folder) => {
    const layer = join(folder, LAYER_FILE);
    await writeLayer(entries, layer);
    const settings = { t: recipe.name, labels, platform, rm: true, forcerm: true };
    const output: NodeJS.ReadableStream = await docker.buildImage(buildContext(recipe, layer), settings);
    await finished(docker, output);
  });
}

function buildContext(recipe: Recipe, layer: string): Readable {
  const archive = pack();
  const body = new PassThrough();
  const fill = async (): Promise<void> => {
    archive.entry({ name: 'Dockerfile' }, dockerfile(recipe));
    await addFile(archive, { name: LAYER_FILE }, layer);
    archive.finalize();
  };
  // Whatever fails on this side reaches Docker's request as the error of its body.
  const failed = (cause: unknown): unknown => body.destroy(cause as Error);
  fill().catch(failed);
  pipeline(archive, body).catch(failed);
  return body;
}

async function finished(docker: Docker, output: NodeJS.ReadableStream): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  docker.modem.followProgress(output, (cause: Error | null, events: readonly { error?: string }[]) => {
    const refusal = events?.find((event) => event.error !== undefined)?.error;
    if (cause !== null) reject(cause);
    else if (refusal !== undefined) reject(new Error(`Docker refused the build: ${refusal}`));
    else resolve();
  });
  return promise;
}
