import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './files/replace-file.ts';
import type { Records } from './ports/records.ts';

/** Documents as files `KIND.NAMESPACE.NAME.json` of `revisions/`, for the eyes of the operator's user only. */
export class FileRecords implements Records {
  readonly #directory: string;

  /** @param state the operator's directory */
  constructor(state: string) {
    this.#directory = join(state, 'revisions');
  }

  async load(): ReturnType<Records['load']> {
    const names = await readdir(this.#directory).catch(() => []);
    const documents: unknown[] = [];
    const damaged: string[] = [];
    for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
      const path = join(this.#directory, name);
      try {
        documents.push(JSON.parse(await readFile(path, 'utf8')));
      } catch (error) {
        damaged.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { documents, damaged };
  }

  async save(key: string, document: unknown): Promise<void> {
    const path = this.#path(key);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await replaceFile(path, `${JSON.stringify(document, undefined, 1)}\n`);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  /** Names of resources are DNS labels: a dot stands in none of them. */
  #path(key: string): string {
    return join(this.#directory, `${key.replaceAll('/', '.')}.json`);
  }
}
