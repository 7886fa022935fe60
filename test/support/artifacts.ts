import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
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
    const file = join(directory, (Names[0] ?? Id).slice(1));
    const container = docker.getContainer(Id);
    const output = await container.logs({ stdout: true, stderr: true, tail: logLines });
    await writeFile(`${file}.log`, `${State}, ${Status}\n${textOf(output)}`);
    const inspected = await container.inspect();
    await writeFile(`${file}.json`, JSON.stringify(inspected, undefined, 2));
    // The addresses that it has in truth, where its processes can be seen from here.
    await keep(async () => writeFile(`${file}.addresses`, await readFile(`/proc/${inspected.State.Pid}/net/fib_trie`)));
  }
}

/** Without the header of eight bytes that Docker puts before every chunk: one for the stream, three of zero, a length. */
function textOf(multiplexed: Buffer): string {
  const chunks: string[] = [];
  for (let at = 0; at + 8 <= multiplexed.length;) {
    const end = at + 8 + multiplexed.readUInt32BE(at + 4);
    chunks.push(multiplexed.toString('utf8', at + 8, end));
    at = end;
  }
  return chunks.join('');
}

/** What is not there cannot be kept, and must not hide the failure that it would explain. */
async function keep(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch {
    // Nothing to keep.
  }
}
