import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from './model.ts';
import { parseModel, render } from './render.ts';
import { script, scriptName } from './script.ts';

/** Name of the file that HAProxy reads, in the balancer's directory. */
export const configName = 'haproxy.cfg';
const nextName = 'haproxy.cfg.next';
const mode = 0o600;

interface Content {
  /** Of the file that was read: it changes with every writing, whoever writes. */
  readonly stamp: string;
  readonly text: string;
  readonly model: Model | undefined;
  /** Whether it is as we would write it; found out when somebody asks. */
  isOurs?: boolean;
}

/**
 * The configuration file: HAProxy's input and the only memory of what it was told. Read again only when it changed.
 * What a change of a server waits for is done without a turn of the event loop: on a busy machine every turn costs more
 * than these small calls together.
 */
export class ConfigFile {
  readonly #directory: string;
  #known: Content | undefined;
  #last: Model | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The model that the file holds. What it held last, if somebody took the file away or the model out of it: a process
   * that runs on it must not be reloaded with less. Undefined if it never held one.
   */
  model(): Model | undefined {
    const model = this.#read()?.model;
    if (model) this.#last = model;
    return model ?? this.#last;
  }

  text(): string {
    return this.#read()?.text ?? '';
  }

  /** Whether somebody else changed what the file says of its model. */
  isEdited(): boolean {
    const content = this.#read();
    if (!content?.model) return this.#last !== undefined;
    content.isOurs ??= render(content.model) === content.text;
    return !content.isOurs;
  }

  /** Replaces the file in one step. It survives the process, and perhaps not the machine: the process has it as well. */
  replace(model: Model): void {
    const text = render(model);
    if (text === this.text()) return;
    const next = join(this.#directory, nextName);
    writeFileSync(next, text, { mode });
    const stamp = stampOf(next);
    renameSync(next, this.#path);
    this.#known = { stamp, text, model, isOurs: true };
    this.#last = model;
  }

  /** Puts a text beside the file, to be checked, and on the disk. Returns its name within the directory. */
  async propose(text: string): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#directory, scriptName), script, { mode });
    const file = await open(join(this.#directory, nextName), 'w', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return nextName;
  }

  /** Replaces the file by the proposed one in one step, on the disk, too. */
  async accept(): Promise<void> {
    await rename(join(this.#directory, nextName), this.#path);
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Removes the directory with everything that HAProxy left in it. */
  async remove(): Promise<void> {
    this.#known = undefined;
    this.#last = undefined;
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #path(): string {
    return join(this.#directory, configName);
  }

  #read(): Content | undefined {
    try {
      const stamp = stampOf(this.#path);
      if (this.#known?.stamp === stamp) return this.#known;
      const text = readFileSync(this.#path, 'utf8');
      this.#known = { stamp, text, model: parseModel(text) };
      return this.#known;
    } catch {
      return undefined;
    }
  }
}

function stampOf(path: string): string {
  const { ino, mtimeNs, size } = statSync(path, { bigint: true });
  return `${ino}:${mtimeNs}:${size}`;
}
