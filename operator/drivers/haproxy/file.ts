import { readFileSync, statSync, type BigIntStats } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { besideOf, putInPlace, replaceFileAtOnce, writeBeside } from '../../files/replace-file.ts';
import type { Model } from './model.ts';
import { parseModel } from './marks.ts';
import type { ConfigStore } from './place.ts';
import { render } from './render.ts';
import { script, scriptName } from './script.ts';

/** Name of the file that HAProxy reads, in the balancer's directory. */
export const configName = 'haproxy.cfg';

interface Content {
  /** Of the file that was read: it changes with every writing, whoever writes. */
  readonly stamp: string;
  readonly model: Model | undefined;
  /** What was written; undefined of a file that was only read. */
  readonly pieces?: readonly Buffer[];
  /** Whether it is as we would write it; found out when somebody asks. */
  isOurs?: boolean;
}

/**
 * The configuration file: HAProxy's input and the only memory of what it was told. Read again only when it changed.
 * What a change of a server waits for is done without a turn of the event loop: on a busy machine every turn costs more
 * than these small calls together.
 */
export class ConfigFile implements ConfigStore {
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

  /** Whether these are the bytes of the file. */
  holds(pieces: readonly Buffer[]): boolean {
    const known = this.#read();
    if (!known) return false;
    if (known.pieces && isSame(known.pieces, pieces)) return true;
    return readFileSync(this.#path).equals(Buffer.concat(pieces));
  }

  /** Whether somebody else changed what the file says of its model. */
  isEdited(): boolean {
    const content = this.#read();
    if (!content?.model) return this.#last !== undefined;
    content.isOurs ??= this.holds(render(content.model));
    return !content.isOurs;
  }

  /** Replaces the file in one step. It survives the process, and perhaps not the machine: the process has it as well. */
  replace(model: Model): void {
    const pieces = render(model);
    const known = this.#read();
    if (known?.pieces && isSame(known.pieces, pieces)) return;
    this.#learn(stampIn(replaceFileAtOnce(this.#path, pieces)), model, pieces);
  }

  /** Puts a content beside the file, to be checked, and on the disk. Returns its name within the directory. */
  async propose(pieces: readonly Buffer[]): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    replaceFileAtOnce(join(this.#directory, scriptName), script);
    await writeBeside(this.#path, pieces);
    return basename(besideOf(this.#path));
  }

  /** Replaces the file by the proposed one in one step, on the disk, too. */
  async accept(model: Model, pieces: readonly Buffer[]): Promise<void> {
    const stamp = stampOf(besideOf(this.#path));
    await putInPlace(this.#path);
    this.#learn(stamp, model, pieces);
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

  #learn(stamp: string, model: Model, pieces: readonly Buffer[]): void {
    this.#known = { stamp, model, pieces, isOurs: true };
    this.#last = model;
  }

  #read(): Content | undefined {
    try {
      const stamp = stampOf(this.#path);
      if (this.#known?.stamp === stamp) return this.#known;
      this.#known = { stamp, model: parseModel(readFileSync(this.#path, 'utf8')) };
      return this.#known;
    } catch {
      return undefined;
    }
  }
}

/** Pieces in which nothing changed are the very same buffers: nothing is compared byte by byte. */
function isSame(left: readonly Buffer[], right: readonly Buffer[]): boolean {
  return left.length === right.length && left.every((piece, index) => piece === right[index]);
}

function stampOf(path: string): string {
  return stampIn(statSync(path, { bigint: true }));
}

function stampIn({ ino, mtimeNs, size }: BigIntStats): string {
  return `${ino}:${mtimeNs}:${size}`;
}
