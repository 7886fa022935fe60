import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { displayKey, type ResourceKey } from '../core/resource.ts';
import { admit, type Admitted } from '../engine/admit.ts';
import type { ManifestProblem, SourceDocument } from '../ports/source.ts';
import { bareDocument, setScalar, splitDocuments } from '../sources/document-text.ts';
import { keyIn } from '../sources/edited-directory.ts';
import { readManifests } from '../sources/manifest-file.ts';

/** A document that somebody hands to a command. */
export interface Given {
  readonly key: ResourceKey;
  readonly value: unknown;
  /** As it was written, with its comments. */
  readonly text: string;
  readonly document: SourceDocument;
}

export interface GivenManifests {
  readonly given: readonly Given[];
  readonly problems: readonly ManifestProblem[];
}

const manifestName = /\.(ya?ml|json)$/i;

/**
 * The documents of files, of directories, and of the standard input (`-`).
 * @throws Error if there is none of these, or nothing in them
 */
export async function readGiven(paths: readonly string[]): Promise<GivenManifests> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  const read = await Promise.all(
    files.map(async (path) =>
      path === '-'
        ? { name: '-', text: await readAll(process.stdin) }
        : { name: path, text: readFileSync(path, 'utf8') },
    ),
  );
  const found = read.map(({ name, text }) => documentsOf(name, text));
  const given = found.flatMap((each) => each.given);
  const problems = found.flatMap((each) => each.problems);
  if (given.length + problems.length === 0)
    throw new Error(`there is no manifest in ${paths.join(', ')}; name a file that has one`);
  return { given, problems: [...problems, ...givenTwice(given)] };
}

/** The given documents by the rules of admission. */
export function admitGiven({ given, problems }: GivenManifests): {
  readonly admitted: readonly (Given & { readonly admitted: Admitted })[];
  readonly problems: readonly ManifestProblem[];
} {
  const all = [...problems];
  const admitted = given.flatMap((each) => {
    const verdict = admit(each.document);
    if (verdict.ok) return [{ ...each, admitted: verdict.admitted }];
    all.push(...verdict.problems);
    return [];
  });
  return { admitted, problems: all };
}

/** With host paths that lead to where they do from where the manifest was given, if it is to stand in another directory. */
export function atDirectory(given: Given, directory: string): Given {
  const { document } = given;
  if (document.directory === directory) return given;
  const volumes = (given.value as { spec?: { volumes?: unknown } }).spec?.volumes;
  const value = structuredClone(given.value) as { spec: { volumes: { hostPath?: unknown }[] } };
  let text = given.text;
  for (const [index, volume] of (Array.isArray(volumes) ? (volumes as { hostPath?: unknown }[]) : []).entries()) {
    const { hostPath } = volume;
    if (typeof hostPath !== 'string' || isAbsolute(hostPath)) continue;
    const absolute = resolve(document.directory, hostPath);
    text = setScalar(text, ['spec', 'volumes', index, 'hostPath'], absolute);
    value.spec.volumes[index] = { ...volume, hostPath: absolute };
  }
  return { ...given, value, text };
}

function documentsOf(name: string, text: string): GivenManifests {
  const directory = name === '-' ? process.cwd() : dirname(resolve(name));
  const file = name === '-' ? 'standard input' : name;
  const { problems, documents } = readManifests(Buffer.from(text), file, directory);
  if (problems.length > 0) return { given: [], problems };
  // Empty documents are left out of what was read, and are empty here.
  const pieces = splitDocuments(text).filter(
    (piece) => readManifests(Buffer.from(piece), file, directory).documents.length > 0,
  );
  const judged = documents.map((document, index) => ({ document, piece: pieces[index] ?? '' }));
  const nameless = judged.filter(({ document }) => keyIn(document.value) === undefined);
  return {
    given: judged.flatMap(({ document, piece }) => {
      const key = keyIn(document.value);
      return key === undefined ? [] : [{ key, value: document.value, text: bareDocument(piece), document }];
    }),
    problems: nameless.flatMap(({ document }) => {
      const verdict = admit(document);
      return verdict.ok ? [] : verdict.problems;
    }),
  };
}

async function filesOf(path: string): Promise<string[]> {
  if (path === '-') return ['-'];
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`${path} is not there; name a file, a directory, or - for the standard input`);
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter(
      (name) =>
        manifestName.test(name) &&
        !name.split('/').some((part) => part.startsWith('.')) &&
        !basename(name).startsWith('.'),
    )
    .sort()
    .map((name) => join(path, name));
}

function givenTwice(given: readonly Given[]): ManifestProblem[] {
  return given.flatMap(({ key, document }, index) => {
    const first = given.slice(0, index).find((each) => each.key === key);
    if (!first) return [];
    const message = `${displayKey(key)} is given in ${first.document.file}:${first.document.locate([]).line} as well`;
    return [
      {
        file: document.file,
        ...document.locate([]),
        path: 'metadata.name',
        message,
        remedy: 'leave out one of the two',
      },
    ];
  });
}
