import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import type { WorkloadItem } from '../../core/item.ts';
import { call } from './client.ts';

/** Copies what a workload wants from this machine into its container, which need not run. */
export async function copyIn(docker: Docker, item: WorkloadItem): Promise<void> {
  for (const { kind, source, target } of item.spec.mounts) {
    if (kind !== 'copy') continue;
    const files = await Promise.all((await readdir(source)).map((name) => readEntry(source, name)));
    await putFiles(docker, item.id, target, new Map(files.filter((entry) => entry !== undefined)));
  }
}

/** Writes files into a directory of a container. */
export async function putFiles(
  docker: Docker,
  container: string,
  directory: string,
  files: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const archive = pack();
  for (const [name, content] of files) archive.entry({ name, mode: 0o600 }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  await call(
    `copy files to ${container}`,
    docker.getContainer(container).putArchive(Buffer.concat(chunks), { path: directory }),
  );
}

/** Sockets that a local process left beside the files are none. */
async function readEntry(directory: string, name: string): Promise<[string, Buffer] | undefined> {
  const path = join(directory, name);
  return (await stat(path)).isFile() ? [name, await readFile(path)] : undefined;
}
