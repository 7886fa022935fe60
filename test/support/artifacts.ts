import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker } from './docker.ts';
import type { TestNetwork } from './test-network.ts';

const root = fileURLToPath(new URL('../../artifacts/', import.meta.url));
const logLines = 500;

/** Keeps the operator's log, manifests, HAProxy's file, the statuses and what containers printed, under `artifacts/`. */
export async function keepArtifacts(network: TestNetwork, title: string): Promise<string> {
  const directory = join(
    root,
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 100),
  );
  await mkdir(directory, { recursive: true });
  await Promise.all([
    keep(() => cp(join(network.directory, 'operator.log'), join(directory, 'operator.log'))),
    keep(() => cp(network.manifests, join(directory, 'manifests'), { recursive: true })),
    keep(() => cp(network.haproxy.configPath, join(directory, 'haproxy.cfg'))),
    keep(async () =>
      writeFile(join(directory, 'statuses.json'), JSON.stringify(await network.statuses(), undefined, 2)),
    ),
    keep(() => keepContainers(network, directory)),
  ]);
  return directory;
}

async function keepContainers(network: TestNetwork, directory: string): Promise<void> {
  for (const { Id, Names, State, Status } of await network.containers()) {
    const output = await docker.getContainer(Id).logs({ stdout: true, stderr: true, tail: logLines });
    // Multiplexed: eight bytes of header before every chunk, which are no text.
    const text = output.toString('utf8').replaceAll(/[\u0000-\u0008]/g, '');
    await writeFile(join(directory, `${(Names[0] ?? Id).slice(1)}.log`), `${State}, ${Status}\n${text}`);
  }
}

/** What is not there cannot be kept, and must not hide the failure that it would explain. */
async function keep(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch {
    // Nothing to keep.
  }
}
