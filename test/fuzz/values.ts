import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Random } from '../chaos/random.ts';

interface Schema {
  readonly title?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
}

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));
const schemas: readonly Schema[] = ['mcpnetwork.v1alpha1.json', 'mcpservice.v1alpha1.json'].map(
  (name) => JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as Schema,
);
const samplesByPattern = new Map<string, readonly string[]>();
const names = ['default', 'a', 'b', 'files', 'github'];

/** A manifest that follows the schema of a kind field by field; most of them are valid. */
export function manifest(random: Random): Record<string, unknown> {
  const value = valueOf(random.pick(schemas), random) as Record<string, unknown>;
  // Few names, so that documents meet: networks that are referred to, resources that are declared twice.
  return { ...value, metadata: { ...(value['metadata'] as object), name: random.pick(names) } };
}

/** Names of all fields that some schema has, to be misspelt and misplaced. */
export const fieldNames: readonly string[] = [...new Set(schemas.flatMap(namesIn))];

function valueOf(schema: Schema, random: Random): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, random);
    case 'array':
      return Array.from({ length: random.between(schema.minItems ?? 0, 3) }, () => valueOf(schema.items ?? {}, random));
    case 'string':
      return schema.pattern === undefined
        ? random.pick(['text', 'x', 'a b', 'ä'])
        : random.pick(samplesOf(schema.pattern));
    case 'integer':
    case 'number':
      return random.between(schema.minimum ?? 0, Math.min(schema.maximum ?? 1_000, (schema.minimum ?? 0) + 1_000));
    case 'boolean':
      return random.between(0, 1) === 1;
    case undefined:
      break;
  }
  return 'any';
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema, random: Random): object {
  const chance = random.between(1, 6);
  const fields = Object.entries(properties).filter(
    ([name]) => required.includes(name) || random.between(0, 9) < chance || name === 'metadata',
  );
  const free = typeof additionalProperties === 'object' ? [['key', additionalProperties] as const] : [];
  return Object.fromEntries([...fields, ...free].map(([name, each]) => [name, valueOf(each, random)]));
}

/** Strings of a pattern's language, the same ones in every run. */
function samplesOf(pattern: string): readonly string[] {
  const known = samplesByPattern.get(pattern);
  if (known) return known;
  const samples = fc.sample(fc.stringMatching(new RegExp(pattern)), { seed: 1, numRuns: 40 });
  samplesByPattern.set(pattern, samples);
  return samples;
}

function namesIn({ properties = {}, items, additionalProperties }: Schema): string[] {
  const below = [...Object.values(properties), items, additionalProperties].filter(
    (each): each is Schema => typeof each === 'object',
  );
  return [...Object.keys(properties), ...below.flatMap(namesIn)];
}
