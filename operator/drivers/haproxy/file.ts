import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from './model.ts';
import { parseModel } from './render.ts';
import { script, scriptName } from './script.ts';

/** Name of the file that HAProxy reads, in the balancer's directory. */
export const configName = 'haproxy.cfg';
const nextName = 'haproxy.cfg.next';

interface Content {
  /** Of the file that was read: it changes with every writing, whoever writes. */
  readonly stamp: string;
  readonly text: string;
  readonly model: Model | undefined;
}

/** The configuration file: HAProxy's input and the only memory of what it was told. Read again only when it changed. */
export class ConfigFile {
  readonly #directory: string;
  #known: Content | undefined;
  #proposed = '';

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The model that the file holds; undefined if there is none, or none of ours. */
  async model(): Promise<Model | undefined> {
    return (await this.#read())?.model;
  }

  async text(): Promise<string> {
    return (await this.#read())?.text ?? '';
  }

  /** Puts a text beside the file, to be checked. Returns its name within the directory. */
  async propose(text: string, durable: boolean): Promise<string> {
    this.#proposed = text;
    const file = await this.#openNext();
    try {
      if (durable) await writeFile(join(this.#directory, scriptName), script, { mode: 0o600 });
      await file.writeFile(text);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    return nextName;
  }

  /** Removes the directory with everything that HAProxy left in it. */
  async remove(): Promise<void> {
    this.#known = undefined;
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Replaces the file by the proposed one in one step. */
  async accept(durable: boolean): Promise<void> {
    const next = join(this.#directory, nextName);
    const stamp = await stampOf(next);
    await rename(next, this.#path);
    this.#known = { stamp, text: this.#proposed, model: parseModel(this.#proposed) };
    if (!durable) return;
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** The directory is there but for the first time, so it is made only when it turns out to be missing. */
  async #openNext(): Promise<FileHandle> {
    const path = join(this.#directory, nextName);
    try {
      return await open(path, 'w', 0o600);
    } catch {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      return open(path, 'w', 0o600);
    }
  }

  get #path(): string {
    return join(this.#directory, configName);
  }

  async #read(): Promise<Content | undefined> {
    try {
      const stamp = await stampOf(this.#path);
      if (this.#known?.stamp === stamp) return this.#known;
      const text = await readFile(this.#path, 'utf8');
      this.#known = { stamp, text, model: parseModel(text) };
      return this.#known;
    } catch {
      return undefined;
    }
  }
}

async function stampOf(path: string): Promise<string> {
  const { ino, mtimeNs, size } = await stat(path, { bigint: true });
  return `${ino}:${mtimeNs}:${size}`;
}
