import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));
const mostLines = 250;

/** What files of a folder may import of this project. Folders not named here compose, and see everything but the bridge. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'operator/core/': ['operator/core/'],
  'operator/ports/': ['operator/core/', 'operator/ports/'],
  'operator/files/': ['operator/core/', 'operator/files/'],
  'operator/host/': ['operator/core/', 'operator/host/'],
  'operator/cluster/': ['operator/core/', 'operator/ports/', 'operator/cluster/'],
  'operator/engine/': ['operator/core/', 'operator/ports/', 'operator/engine/'],
  'operator/bridge/': ['operator/bridge/'],
  // The page runs in a browser; of the operator it knows what the API answers with.
  'operator/dashboard/': ['operator/dashboard/', 'operator/api/shapes.ts', 'operator/core/condition.ts'],
  'controllers/': ['operator/core/', 'controllers/', 'schemas/types.ts'],
  'schemas/': ['schemas/'],
};
/** Every folder below these is an edge of its own. */
const edges = /^operator\/(sources|probe|api|telemetry|leadership|drivers\/[^/]+)\//;

/** Where a client library may be imported. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  dockerode: ['operator/drivers/docker/'],
  consul: ['operator/drivers/consul/'],
  chokidar: ['operator/sources/'],
  yaml: ['operator/sources/', 'operator/cluster/', 'operator/cli/', 'schemas/'],
  '@kubernetes/client-node': ['operator/cluster/', 'operator/drivers/kubernetes/'],
  fastify: ['operator/api/'],
  '@fastify/swagger': ['operator/api/'],
  winston: ['operator/telemetry/'],
  preact: ['operator/dashboard/'],
  uplot: ['operator/dashboard/'],
  'prom-client': ['operator/telemetry/'],
  '@opentelemetry': ['operator/telemetry/'],
  commander: ['operator/cli/', 'operator/main.ts'],
  'jsonc-parser': ['operator/cli/clients/'],
  '@decimalturn/toml-patch': ['operator/cli/clients/'],
};

const pureFolders = ['operator/core/', 'controllers/'];
/** Names through which time, chance or the world would reach a pure function. */
const impure =
  /\b(Date\.now|Math\.random|setTimeout|setInterval|setImmediate|process\.|fetch\()|new Date\(\)|performance\./;
const pureBuiltins = ['node:crypto', 'node:path'];

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function importsOf({ path, text }: SourceFile): string[] {
  const found = [
    ...text.matchAll(/(?:^|\s)(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|import\s*\(?\s*['"]([^'"]+)['"]/g),
  ];
  return found
    .map(([, from, bare]) => from ?? bare ?? '')
    .map((name) => (name.startsWith('.') ? join(path, '..', name) : name));
}

function allowedFor(path: string): readonly string[] | undefined {
  const edge = edges.exec(path)?.[0];
  if (edge !== undefined)
    return ['operator/core/', 'operator/ports/', 'operator/files/', 'operator/host/', 'operator/cluster/', edge];
  return Object.entries(layers).find(([folder]) => path.startsWith(folder))?.[1];
}

function layerViolations(file: SourceFile): string[] {
  const allowed = allowedFor(file.path);
  return importsOf(file)
    .filter((name) => name.startsWith('operator/') || name.startsWith('controllers/') || name.startsWith('schemas/'))
    .filter((name) =>
      allowed ? !allowed.some((prefix) => name.startsWith(prefix)) : name.startsWith('operator/bridge/'),
    )
    .map((name) => `${file.path} imports ${name}`);
}

function libraryViolations(file: SourceFile): string[] {
  return importsOf(file)
    .filter((name) =>
      Object.entries(libraries).some(
        ([library, folders]) =>
          (name === library || name.startsWith(`${library}/`)) &&
          !folders.some((folder) => file.path.startsWith(folder)),
      ),
    )
    .map((name) => `${file.path} imports ${name}`);
}

function purityViolations(file: SourceFile): string[] {
  if (!pureFolders.some((folder) => file.path.startsWith(folder))) return [];
  const lines = file.text
    .split('\n')
    .filter((line) => impure.test(line))
    .map((line) => `${file.path}: ${line.trim()}`);
  const builtins = importsOf(file).filter((name) => name.startsWith('node:') && !pureBuiltins.includes(name));
  return [...lines, ...builtins.map((name) => `${file.path} imports ${name}`)];
}

function environmentViolations({ path, text }: SourceFile): string[] {
  const free = path === 'operator/config.ts' || path.startsWith('operator/bridge/');
  return free || !/process\.env\b/.test(text) ? [] : [`${path} reads the environment`];
}

function filesBelow(folder: string): SourceFile[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));
}

describe('architecture', () => {
  const product = [...filesBelow('operator'), ...filesBelow('controllers'), ...filesBelow('schemas')];
  const violations = (rule: (file: SourceFile) => string[]): string[] => product.flatMap(rule);

  it('lets imports point only downwards', () => {
    expect(violations(layerViolations)).to.deep.equal([]);
  });

  it('keeps each client library in the folder of its edge', () => {
    expect(violations(libraryViolations)).to.deep.equal([]);
  });

  it('keeps core and controllers free of time, chance and the world', () => {
    expect(violations(purityViolations)).to.deep.equal([]);
  });

  it('reads the environment in one file only', () => {
    expect(violations(environmentViolations)).to.deep.equal([]);
  });

  it(`has no file of more than ${mostLines} lines`, () => {
    const written = [
      ...filesBelow('operator'),
      ...filesBelow('controllers'),
      ...filesBelow('deploy'),
      ...filesBelow('test'),
    ];
    const sizes = written.map(({ path, text }) => ({
      path,
      lines: text.trimEnd().split('\n').length,
    }));
    expect(sizes.filter(({ lines }) => lines > mostLines)).to.deep.equal([]);
  });

  it('sees the whole product and how it hangs together', () => {
    expect(product.map(({ path }) => path)).to.include.members([
      'operator/core/diff.ts',
      'operator/drivers/docker/driver.ts',
      'controllers/mcpservice/desire.ts',
    ]);
    const importing = (name: string): string[] =>
      product.filter((file) => importsOf(file).includes(name)).map(({ path }) => path);
    expect(importing('operator/core/bind.ts')).to.include.members([
      'operator/core/diff.ts',
      'operator/core/satisfied.ts',
    ]);
    expect(importing('dockerode')).to.include('operator/drivers/docker/containers.ts');
  });

  const forged: readonly (readonly [string, string, string, (file: SourceFile) => string[]])[] = [
    ['core that imports the engine', 'operator/core/x.ts', 'import { a } from "../engine/queue.ts";', layerViolations],
    [
      'a driver that imports another',
      'operator/drivers/docker/x.ts',
      "import type { A } from '../consul/driver.ts';",
      layerViolations,
    ],
    ['an API that imports the engine', 'operator/api/x.ts', "export * from '../engine/operator.ts';", layerViolations],
    ['a composition that imports the bridge', 'operator/main.ts', "await import('./bridge/main.ts');", layerViolations],
    [
      'a bridge that imports core',
      'operator/bridge/x.ts',
      'import {\n  hashOf,\n} from "../core/hash.ts";',
      layerViolations,
    ],
    ['a second user of dockerode', 'operator/cli/x.ts', 'import Docker from "dockerode";', libraryViolations],
    ['a deep import of a library', 'operator/engine/x.ts', "import 'yaml/util';", libraryViolations],
    ['a clock in core', 'operator/core/x.ts', 'const now = Date.now();', purityViolations],
    ['a file system in a controller', 'controllers/x.ts', 'import { readFileSync } from "node:fs";', purityViolations],
    [
      'a second reader of the environment',
      'operator/main.ts',
      'const home = process.env["HOME"];',
      environmentViolations,
    ],
  ];
  for (const [what, path, text, rule] of forged) {
    it(`would notice ${what}`, () => {
      expect(rule({ path, text })).to.have.lengthOf(1);
    });
  }
});
