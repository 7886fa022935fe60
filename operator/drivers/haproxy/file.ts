import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from './model.ts';
import { parseModel } from './render.ts';

/** Name of the file that HAProxy reads, in the balancer's directory. */
export const configName = 'haproxy.cfg';
const nextName = 'haproxy.cfg.next';

/** The configuration file: HAProxy's input and the only memory of what it was told. */
export class ConfigFile {
  readonly #directory: string;
  #cached: { readonly stamp: string; readonly model: Model | undefined } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The model that the file holds; undefined if there is none, or none of ours. */
  async model(): Promise<Model | undefined> {
    try {
      const { ino, mtimeNs, size } = await stat(join(this.#directory, configName), { bigint: true });
      const stamp = `${ino}:${mtimeNs}:${size}`;
      if (this.#cached?.stamp === stamp) return this.#cached.model;
      const model = parseModel(await this.text());
      this.#cached = { stamp, model };
      return model;
    } catch {
      return undefined;
    }
  }

  async text(): Promise<string> {
    return readFile(join(this.#directory, configName), 'utf8').catch(() => '');
  }

  /** Puts a text beside the file, to be checked. Returns its name within the directory. */
  async propose(text: string, durable: boolean): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const file = await open(join(this.#directory, nextName), 'w', 0o600);
    try {
      await file.writeFile(text);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    return nextName;
  }

  /** Removes the directory with everything that HAProxy left in it. */
  async remove(): Promise<void> {
    this.#cached = undefined;
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Replaces the file by the proposed one in one step. */
  async accept(durable: boolean): Promise<void> {
    await rename(join(this.#directory, nextName), join(this.#directory, configName));
    if (!durable) return;
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}
