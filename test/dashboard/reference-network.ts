import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { connect } from '../support/mcp-clients.ts';
import type { Manifest } from '../support/manifests.ts';
import type { TestNetwork } from '../support/test-network.ts';

const manifestsDirectory = join(import.meta.dirname, '../../manifests');
const firstReferencePort = 11_100;

/** The six services of `manifests/` in a test's own network: at its ports, with a folder and a volume of its own. */
export async function writeReferenceServices(net: TestNetwork): Promise<readonly string[]> {
  const data = join(net.directory, 'data');
  await mkdir(data);
  await writeFile(join(data, 'hello.txt'), 'hello\n');
  const files = (await readdir(manifestsDirectory)).filter((name) => name.endsWith('.yaml') && name !== 'network.yaml');
  for (const file of files) {
    const manifest = parse(await readFile(join(manifestsDirectory, file), 'utf8')) as Manifest;
    const { port, volumes, ...spec } = manifest.spec as { port: number; volumes?: Record<string, unknown>[] };
    const own = volumes?.map((volume) =>
      'hostPath' in volume ? { ...volume, hostPath: data } : { ...volume, name: `${net.scope}-memory` },
    );
    await net.write(file, {
      ...manifest,
      spec: { ...spec, port: net.port(port - firstReferencePort), ...(own && { volumes: own }) },
    });
  }
  return files.map((file) => file.replace('.yaml', ''));
}

/** Clients that hold sessions and list tools again and again, until they are ended. Their errors are part of the picture. */
export class Visitors {
  readonly #loops: readonly Promise<void>[];
  #isOver = false;

  constructor(visits: readonly { readonly url: URL; readonly clients: number; readonly pauseMs: number }[]) {
    this.#loops = visits.flatMap(({ url, clients, pauseMs }) =>
      Array.from({ length: clients }, () => this.#visit(url, pauseMs)),
    );
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #visit(url: URL, pauseMs: number): Promise<void> {
    while (!this.#isOver) {
      try {
        const session = await connect(url);
        for (let call = 0; call < 200 && !this.#isOver; call++) {
          await session.tools();
          await delay(pauseMs);
        }
        await session.end();
      } catch {
        // A replica that was killed has taken the session with it; a client begins anew.
        await delay(pauseMs);
      }
    }
  }
}
