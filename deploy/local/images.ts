import Docker from 'dockerode';
import { catalog } from '../images/catalog.ts';
import { ensureImages } from '../images/ensure.ts';

export interface LocalImagesOptions {
  /** Images that manifests name. */
  readonly wanted: readonly string[];
  /** Official images, and the ones of our own to build where those cannot be pulled. */
  readonly preferred: readonly { readonly official: string; readonly local: string }[];
  readonly say: (line: string) => void;
}

/** Pulls or builds what is missing: official images where a registry answers, our own recipes for the rest. */
export async function ensureLocalImages({ wanted, preferred, say }: LocalImagesOptions): Promise<void> {
  const docker = new Docker();
  const known = new Set(catalog().map(({ name }) => name));
  const build = wanted.filter((name) => known.has(name));
  for (const { official, local } of preferred) {
    if ((await exists(docker, official)) || (await exists(docker, local))) continue;
    if (!(await pulled(docker, official, say))) build.push(local);
  }
  const missing = await Promise.all(build.map(async (name) => ((await exists(docker, name)) ? [] : [name])));
  const names = [...new Set(missing.flat())];
  if (names.length === 0) return;
  say(`building ${names.length} images from Debian's packages and npm; the first time takes a few minutes`);
  await ensureImages(names, {
    docker,
    onProgress: ({ image, phase, durationMs, bytes }) => {
      if (phase === 'built')
        say(`image ${image.padEnd(34)} built  ${(durationMs / 1000).toFixed(1)} s  ${Math.round(bytes / 1e6)} MB`);
      else if (phase === 'building') say(`image ${image.padEnd(34)} building`);
    },
  });
}

async function exists(docker: Docker, name: string): Promise<boolean> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

async function pulled(docker: Docker, name: string, say: (line: string) => void): Promise<boolean> {
  const startedMs = Date.now();
  try {
    const stream = await docker.pull(name);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error: Error | null) => {
        if (error) reject(error);
        else resolve();
      });
    });
    say(`image ${name.padEnd(34)} pulled  ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    return true;
  } catch {
    say(`image ${name} cannot be pulled here`);
    return false;
  }
}
