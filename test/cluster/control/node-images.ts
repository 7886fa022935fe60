import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { docker } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import type { NodeMachine } from './node-machine.ts';

/** What the containerd of a node has to run. */
export class NodeImages {
  readonly #machine: NodeMachine;
  readonly #ctr: readonly string[];
  readonly #loaded = new Map<string, Promise<void>>();

  /** @param ctr containerd's own client */
  constructor(machine: NodeMachine, ctr: string, socket: string) {
    this.#machine = machine;
    this.#ctr = [ctr, '--address', socket, '--namespace', 'k8s.io'];
  }

  /** Resolves when containerd answers. */
  async untilReady(): Promise<void> {
    await eventually(() => this.#machine.run([...this.#ctr, 'version']), { timeoutMs: 30_000, intervalMs: 100 });
  }

  /** From the Docker engine, once. */
  load(name: string): Promise<void> {
    const loading =
      this.#loaded.get(name) ??
      docker
        .getImage(name)
        .get()
        // The stream of an answer, which the library types by what it has in common with others.
        .then((archive) => this.importArchive(archive as Readable));
    this.#loaded.set(name, loading);
    return loading;
  }

  /** @param archive as `docker save` writes it */
  async importArchive(archive: Readable): Promise<void> {
    const [program, ...args] = [...this.#machine.inside(), ...this.#ctr, 'images', 'import', '-'] as [
      string,
      ...string[],
    ];
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString('utf8')));
    const ended = once(child, 'exit');
    await pipeline(archive, child.stdin);
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`the node does not take the image: ${words.trim()}`);
  }
}
