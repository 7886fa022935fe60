import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { docker } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { groupOf, imagesIn } from './confinement.ts';

const startMs = 60_000;

/** The engine of this run: what it holds lies in the run's directory, its network in the run's namespace. */
export class PrivateEngine {
  readonly #directory: string;
  #process: ChildProcess | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get logFile(): string {
    return join(this.#directory, 'dockerd.log');
  }

  async loadImages(): Promise<void> {
    const images = imagesIn(this.#directory);
    for (const name of await readdir(images)) {
      const progress = await docker.loadImage(createReadStream(join(images, name)));
      progress.resume();
      await once(progress, 'end');
    }
  }

  /** @param keepsContainers whether containers that run already are left running, or stopped as is Docker's default */
  async start(keepsContainers = false): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const directory = this.#directory;
    this.#process = spawn(
      'dockerd',
      [
        ...['--data-root', join(directory, 'engine'), '--exec-root', join(directory, 'exec')],
        ...['--pidfile', join(directory, 'dockerd.pid'), '--host', `unix://${directory}/docker.sock`],
        ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${groupOf(directory)}`],
        ...(keepsContainers ? ['--live-restore'] : []),
      ],
      { stdio: ['ignore', log, log] },
    );
    await eventually(async () => (await docker.ping()) !== undefined, { timeoutMs: startMs }).catch(
      (cause: unknown) => {
        throw new Error(`the engine does not answer ${startMs / 1000} s after its start; see ${this.logFile}`, {
          cause,
        });
      },
    );
  }

  async kill(): Promise<void> {
    const engine = this.#process;
    if (!engine || engine.exitCode !== null || engine.signalCode !== null) return;
    const ended = once(engine, 'exit');
    engine.kill('SIGKILL');
    await ended;
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }
}
