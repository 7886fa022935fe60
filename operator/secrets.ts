import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from './core/hash.ts';
import type { Secrets } from './ports/secrets.ts';

/** Secrets as files: `<directory>/<name>/<key>`, the layout in which Kubernetes mounts them. */
export class DirectorySecrets implements Secrets {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  digests(name: string): ReadonlyMap<string, string> | undefined {
    try {
      const keys = readdirSync(join(this.#directory, name)).filter((key) => !key.startsWith('.'));
      return new Map(
        keys.sort().flatMap((key) => {
          const value = this.value(name, key);
          // Four hexadecimal digits tell a change, and tell nobody the value.
          return value === undefined ? [] : [[key, hashOf(value).slice(0, 4)] as const];
        }),
      );
    } catch {
      return undefined;
    }
  }

  /** A trailing line break is an editor's, not the secret's. */
  value(name: string, key: string): string | undefined {
    try {
      return readFileSync(join(this.#directory, name, key), 'utf8').replace(/\r?\n$/, '');
    } catch {
      return undefined;
    }
  }
}
