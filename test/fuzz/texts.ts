import { stringify } from 'yaml';
import type { Random } from '../chaos/random.ts';
import { mutated } from './mutate.ts';
import { manifest } from './values.ts';

/** The content of a file, and in a word how it was made. */
export interface Input {
  readonly how: string;
  readonly bytes: Buffer;
}

/** One input; the same for the same seed and number. */
export function inputOf(random: Random): Input {
  const kind = random.between(0, 99);
  if (kind < 40) return { how: 'values', bytes: Buffer.from(documents(random)) };
  if (kind < 75) return { how: 'text', bytes: Buffer.from(spoilt(documents(random), random)) };
  if (kind < 88) return { how: 'bytes', bytes: brokenBytes(Buffer.from(documents(random)), random) };
  if (kind < 96) return { how: 'yaml', bytes: Buffer.from(trick(random)) };
  return {
    how: 'noise',
    bytes: Buffer.from(Array.from({ length: random.between(0, 400) }, () => random.between(0, 255))),
  };
}

function documents(random: Random): string {
  const count = random.between(0, 9) === 0 ? random.between(2, 12) : 1;
  return Array.from({ length: count }, () => rendered(mutated(manifest(random), random), random)).join('\n---\n');
}

function rendered(value: unknown, random: Random): string {
  const way = random.between(0, 9);
  if (way < 5) return JSON.stringify(value, undefined, way < 2 ? 2 : 0) ?? '';
  // The library draws anchors for what is shared, and refuses nothing that a value can hold.
  return stringify(value, { lineWidth: 0, ...(way === 9 && { collectionStyle: 'flow' as const }) });
}

/** A text with a line or two that are not as they were. */
function spoilt(text: string, random: Random): string {
  const lines = text.split('\n');
  for (let count = random.between(1, 3); count > 0; count--) {
    const at = random.between(0, lines.length - 1);
    const line = lines[at] ?? '';
    const column = random.between(0, line.length);
    const insert = (what: string): string => line.slice(0, column) + what + line.slice(column);
    lines[at] = random.pick<() => string>([
      () => `${line}\n${line}`,
      () => '',
      () => `\t${line}`,
      () => ` ${line}`,
      () => line.trimStart(),
      () => insert('\t'),
      () => insert(': '),
      () => insert('#'),
      () => insert('"'),
      () => insert("'"),
      () => insert('{'),
      () => insert(']'),
      () => insert('&a '),
      () => insert('*a '),
      () => insert('!!js/function '),
      () => insert('!!binary '),
      () => insert('!!set '),
      () => insert('!!float '),
      () => insert('| \n'),
      () => insert('\r'),
      () => insert('\u0000'),
      () => insert('\ufeff'),
      () => insert('\u2028'),
      () => `---\n${line}`,
      () => `...\n${line}`,
      () => `%YAML 1.1\n---\n${line}`,
      () => `<<: *missing\n${line}`,
      () => `? ${line}`,
      () => `- ${line}`,
      () => line.slice(0, column),
    ])();
  }
  return lines.join('\n');
}

function brokenBytes(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const at = random.between(0, bytes.length - 1);
  switch (random.between(0, 6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([random.pick([0xff, 0xc0, 0x80, 0xed, 0xf8])]),
        bytes.subarray(at),
      ]);
    case 2:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 3:
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString('utf8'), 'utf16le')]);
    case 4:
      return Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n'));
    case 5:
      return Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r'));
    default: {
      const changed = Buffer.from(bytes);
      for (let count = random.between(1, 5); count > 0; count--)
        changed[random.between(0, changed.length - 1)] = random.between(0, 255);
      return changed;
    }
  }
}

/** What YAML offers to those who mean harm. */
function trick(random: Random): string {
  const head = 'apiVersion: mcpnet.io/v1alpha1\nkind: MCPService\nmetadata: {name: a}\nspec:\n';
  const depth = random.between(0, 9) === 0 ? random.between(1, 4_000) : random.between(1, 200);
  return random.pick<() => string>([
    () => laughs(random.between(2, 12), random.between(2, 12)),
    () => `${head}  image: &a [*a]\n`,
    () => `&a {apiVersion: mcpnet.io/v1alpha1, kind: MCPService, metadata: {name: a}, spec: *a}`,
    () => `${head}  env: ${'['.repeat(depth)}${']'.repeat(depth)}\n`,
    () => '{a: '.repeat(depth),
    () => '- '.repeat(depth),
    () => `${'? '.repeat(depth)}a`,
    () => '!!a '.repeat(depth),
    () => '&a '.repeat(depth),
    () => '---\n'.repeat(depth),
    () => 'a: b\n'.repeat(depth),
    () => Array.from({ length: depth }, (_, index) => `k${index}: ${index}`).join('\n'),
    () => `${head}${Array.from({ length: depth }, (_, index) => `  k${index}: ${index}`).join('\n')}`,
    () => `${head}  env: [${'{}, '.repeat(depth)}]\n`,
    () => `${head}  env: [${'1, '.repeat(depth)}]\n`,
    () => `${head}  image: "${'\\u0041'.repeat(depth)}"\n`,
    () => `${head}  image: |\n${'    line\n'.repeat(depth)}`,
    () => `a: 'x${"''".repeat(depth)}`,
    () => `a: "x${'\n'.repeat(depth)}`,
    () => `${'#'.repeat(depth)}\n`.repeat(5),
    () => `---\n${head}  image: tiny:1\n  transport: stdio\n`.repeat(depth / 10),
    () => `---\n${head}  image: tiny:1\n  replica: 1\n`.repeat(depth / 10),
    () => `%TAG ! tag:x,2000:\n---\n!foo {a: 1}\n`,
    () => `%YAML 9.9\n---\na: 1\n`,
    () => `<<: {<<: {a: 1}}\nb: 2\n`,
    () => `? {a: {b: c}}\n: d\n? [1, 2]\n: e\n`,
    () => `!!set {a, b}`,
    () => `!!omap [a: 1, a: 2]`,
    () => `!!binary ${'A'.repeat(depth)}`,
    () => `!!timestamp 2001-99-99`,
    () => `{"__proto__": {"polluted": true}, "apiVersion": "mcpnet.io/v1alpha1"}`,
    () => `${head}  __proto__: {image: x}\n  image: tiny:1\n  transport: stdio\n`,
    () => `${head}  image: ${'9'.repeat(depth)}\n  replicas: ${'9'.repeat(depth)}\n  transport: stdio\n`,
    () => `${head}  replicas: 0x${'f'.repeat(random.between(1, 60))}\n`,
    () => `${head}  replicas: 1e999\n  port: .nan\n  mcpPort: -.inf\n`,
  ])();
}

/** Few bytes that would expand to many. */
function laughs(levels: number, width: number): string {
  const lines = [`l0: &l0 [${'x, '.repeat(width)}]`];
  for (let level = 1; level <= levels; level++)
    lines.push(`l${level}: &l${level} [${`*l${level - 1}, `.repeat(width)}]`);
  return lines.join('\n');
}
