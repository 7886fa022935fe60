import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from './core/hash.ts';
import { SecretValues, type Redact } from './core/redact.ts';
import type { Secrets } from './ports/secrets.ts';

const learnAgainMs = 10_000;

/** Secrets as files: `<directory>/<name>/<key>`, the layout in which Kubernetes mounts them. */
export class DirectorySecrets implements Secrets {
  readonly #directory: string;
  readonly #values = new SecretValues();
  #learntAtMs = -Infinity;
  /** Knows whatever was read, and what else there is: somebody may have mounted a secret without naming it. */
  readonly redact: Redact = (text) => {
    if (performance.now() - this.#learntAtMs > learnAgainMs) this.#learn();
    return this.#values.redact(text);
  };

  constructor(directory: string) {
    this.#directory = directory;
    this.#learn();
  }

  #learn(): void {
    for (const name of entries(this.#directory)) this.digests(name);
    this.#learntAtMs = performance.now();
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
      const value = readFileSync(join(this.#directory, name, key), 'utf8').replace(/\r?\n$/, '');
      this.#values.add(value);
      return value;
    } catch {
      return undefined;
    }
  }
}

/** Empty for what is no directory. */
function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
