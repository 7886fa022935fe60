import { createHash } from 'node:crypto';

/** Bump when the code that assembles images changes what it produces: every image is then built anew. */
const FORMAT = 1;

/** Images carry the hash of the recipe they were built from under this label; it decides "present" or "stale". */
export const RECIPE_LABEL = 'io.mcpnet.recipe';

export type Architecture = 'amd64' | 'arm64';

/** A file, folder or link laid over what the packages bring. Paths are absolute inside the image. */
export type Addition =
  | { readonly kind: 'text'; readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number; readonly uid?: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** Where a closure of Debian packages comes from. `packages` takes apt's `name=version` to pin. */
export interface DebianSource {
  readonly suite: 'bullseye' | 'bookworm' | 'trixie' | 'sid';
  readonly packages: readonly string[];
}

export type Contents =
  /** `keep`: binaries, libraries or folders; each brings its shared libraries. `drop`: path prefixes left out of kept folders. */
  | {
      readonly kind: 'debian';
      readonly source: DebianSource;
      readonly keep: readonly string[];
      readonly drop?: readonly string[];
    }
  | {
      readonly kind: 'node';
      readonly source: DebianSource;
      readonly nodeVersion: string;
      readonly keep: readonly string[];
    }
  | { readonly kind: 'npm'; readonly package: string; readonly version: string; readonly entry: string }
  /** A TypeScript file beside this one, its types stripped. */
  | { readonly kind: 'script'; readonly source: string; readonly path: string }
  | { readonly kind: 'bridge'; readonly source: DebianSource; readonly nodeVersion: string }
  /** This project's own program with the npm packages that it runs on. */
  | { readonly kind: 'program' }
  | { readonly kind: 'empty' };

export interface ImageConfig {
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly ports?: readonly number[];
  readonly volumes?: readonly string[];
  readonly stopSignal?: 'SIGINT';
}

export interface Recipe {
  /** Full reference, e.g. `mcpnet/haproxy:3.0`. */
  readonly name: string;
  /** `default` is built when nothing is named; the others by name or by the name of the set. */
  readonly set: 'default' | 'extra' | 'cluster' | 'test';
  readonly title: string;
  readonly version: string;
  /** SPDX expression of what runs in the image, not of the recipe. */
  readonly licenses: string;
  /** Another recipe's name; its layers come first. */
  readonly from?: string;
  readonly contents: Contents;
  readonly additions?: readonly Addition[];
  readonly config: ImageConfig;
}

/**
 * Hash of everything that decides an image: the recipe, the architecture, the base image's hash and the contents of
 * local files it takes in (`inputs`: lock file, bundle, script). Independent of key order; 20 hex digits.
 */
export function recipeHash(
  recipe: Recipe,
  context: { architecture: Architecture; baseHash: string | undefined; inputs: readonly string[] },
): string {
  const subject = { format: FORMAT, recipe, ...context };
  return digest(JSON.stringify(subject, sortKeys));
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
