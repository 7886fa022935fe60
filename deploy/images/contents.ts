import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { bridgeBundle, bridgeEntries } from './bridge.ts';
import { appletLinks, debianClosure, provenance, skeleton } from './debian.ts';
import type { LayerEntry } from './layer.ts';
import { certificateBundle, nodeBinary } from './node-runtime.ts';
import { lockText, npmEntries } from './npm.ts';
import { programEntries, programInputs } from './program.ts';
import type { Architecture, Recipe } from './recipe.ts';
import { keepClosure, librariesOf } from './rootfs.ts';

export interface ContentOptions {
  readonly architecture: Architecture;
  /** Download the Debian packages again, taking newer versions. */
  readonly refresh: boolean;
}

/** Texts of this checkout that decide an image besides its recipe. */
export async function contentInputs(recipe: Recipe): Promise<readonly string[]> {
  const { contents } = recipe;
  switch (contents.kind) {
    case 'npm':
      return [lockText(contents)];
    case 'script':
      return [scriptText(contents.source)];
    case 'bridge':
      return [await bridgeBundle()];
    case 'program':
      return programInputs();
    case 'debian':
    case 'node':
    case 'empty':
      return [];
  }
}

/** Everything the image's layer holds. */
export async function contentEntries(
  recipe: Recipe,
  inputs: readonly string[],
  options: ContentOptions,
): Promise<readonly LayerEntry[]> {
  const own = await recipeEntries(recipe, inputs, options);
  return [...own, ...(recipe.additions ?? [])];
}

async function recipeEntries(
  recipe: Recipe,
  inputs: readonly string[],
  options: ContentOptions,
): Promise<readonly LayerEntry[]> {
  const { contents } = recipe;
  switch (contents.kind) {
    case 'debian': {
      const closure = await debianClosure(contents.source, options.architecture, options);
      const kept = await keepClosure(closure, contents.keep, contents.drop);
      return [...skeleton(), ...kept, ...appletLinks(kept), ...provenance(closure, kept)];
    }
    case 'node':
      return nodeEntries(contents, options);
    case 'npm':
      return npmEntries(contents, options.architecture);
    case 'script':
      return [{ kind: 'text', path: contents.path, text: inputs.join('') }];
    case 'bridge': {
      const closure = await debianClosure(contents.source, options.architecture, options);
      const nodeFolder = await nodeBinary(contents.nodeVersion, options.architecture);
      return bridgeEntries(closure, nodeFolder, inputs.join(''));
    }
    case 'program':
      return programEntries(options.architecture);
    case 'empty':
      return [];
  }
}

async function nodeEntries(
  contents: Extract<Recipe['contents'], { kind: 'node' }>,
  options: ContentOptions,
): Promise<readonly LayerEntry[]> {
  const [closure, nodeFolder] = await Promise.all([
    debianClosure(contents.source, options.architecture, options),
    nodeBinary(contents.nodeVersion, options.architecture),
  ]);
  const node = join(nodeFolder, 'node');
  const kept = await keepClosure(closure, [...contents.keep, ...librariesOf(closure, node, '/usr/bin/node')]);
  return [
    ...skeleton(),
    ...kept,
    ...appletLinks(kept),
    ...provenance(closure, kept),
    { kind: 'file', path: '/usr/bin/node', source: node, mode: 0o755 },
    { kind: 'file', path: '/usr/share/doc/node/LICENSE', source: join(nodeFolder, 'LICENSE'), mode: 0o644 },
    { kind: 'text', path: '/etc/ssl/certs/ca-certificates.crt', text: await certificateBundle(closure.root) },
    { kind: 'text', path: '/etc/passwd', text: PASSWD },
    { kind: 'text', path: '/etc/group', text: 'root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n' },
  ];
}

/** Stripped here, not at every start: Node's own stripping costs a container 20 ms and 12 MB. */
function scriptText(source: string): string {
  const text = readFileSync(join(import.meta.dirname, source), 'utf8');
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {}; // The function is marked experimental; nobody who builds images can act on that.
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

const PASSWD = `root:x:0:0:root:/:/bin/sh
node:x:1000:1000::/home/node:/bin/sh
nobody:x:65534:65534::/:/bin/false
`;
