import fc from 'fast-check';
import type { JsonSchema } from '../../schemas/structural.ts';

/** A spec, and what is special about it. */
export interface Case {
  readonly what: string;
  readonly spec: unknown;
  /** It has null in the place of a field that need not be there. */
  readonly isNull?: true;
}

/** Texts that a pattern may have forgotten, and values of other types than most fields have. */
const strange = [
  '',
  ' ',
  'a b',
  '-',
  '/',
  '..',
  'ä',
  'a\n',
  '0',
  'a'.repeat(64),
  'a'.repeat(513),
  0,
  1.5,
  true,
  [],
  {},
];
const samples = 3;

/** Specs at, below and above every bound that a schema has, field by field, on top of the smallest valid spec. */
export function casesOf(schema: JsonSchema): Case[] {
  const whole = smallest(schema);
  return [
    { what: 'the smallest spec', spec: whole },
    ...casesBelow(schema, 'spec').map(({ what, spec, ...rest }) => ({ what, spec: merged(whole, spec), ...rest })),
  ];
}

/** Cases for the fields of an object, each with what its object needs beside. */
function casesBelow(schema: JsonSchema, path: string): Case[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    valuesOf(field, `${path}.${name}`, schema.required?.includes(name) === true).map(({ what, spec, ...rest }) => ({
      what,
      spec: { ...smallest(schema, name), [name]: spec },
      ...rest,
    })),
  );
  const lacking = (schema.required ?? []).map((name) => {
    const { [name]: _, ...rest } = smallest(schema);
    return { what: `${path} without ${name}`, spec: rest };
  });
  const foreign = { what: `${path} with a field that there is not`, spec: { ...smallest(schema), absent: 1 } };
  return [...fields, ...lacking, ...(schema.additionalProperties === false ? [foreign] : [])];
}

/** What may be tried in the place of one value. */
function valuesOf(schema: JsonSchema, path: string, isRequired: boolean): Case[] {
  const plain = [...strange, ...fitting(schema), ...bounds(schema)].map((value) => ({
    what: `${path} = ${JSON.stringify(value)}`,
    spec: value,
  }));
  const none: Case = { what: `${path} = null`, spec: null, ...(!isRequired && { isNull: true }) };
  const inside = schema.properties ? casesBelow(schema, path) : [];
  const elements = schema.items
    ? [
        ...valuesOf(schema.items, `${path}[0]`, true).map(({ spec, ...rest }) => ({ ...rest, spec: [spec] })),
        { what: `${path} with one element twice`, spec: [smallest(schema.items), smallest(schema.items)] },
      ]
    : [];
  return [...plain, none, ...inside, ...elements];
}

function fitting({ pattern, enum: values = [], type }: JsonSchema): unknown[] {
  if (typeof pattern !== 'string') return [...values, ...(type === 'string' ? ['any'] : [])];
  return fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: samples, seed: 1 });
}

function bounds({ minimum, maximum }: JsonSchema): number[] {
  return [minimum, maximum].flatMap((bound) => (typeof bound === 'number' ? [bound - 1, bound, bound + 1] : []));
}

/** @param wanted a field that will be set, so that a choice is not made against it */
function smallest(schema: JsonSchema, wanted?: string): Record<string, unknown> {
  if (!schema.properties) return sample(schema) as Record<string, unknown>;
  const choices = schema.oneOf?.map((branch) => branch.required?.[0]) ?? [];
  const chosen = choices.includes(wanted) ? [] : choices.slice(0, 1);
  const names = [...(schema.required ?? []), ...chosen].filter((name) => name !== undefined);
  return Object.fromEntries(names.map((name) => [name, sample(schema.properties?.[name] ?? {})]));
}

function sample(schema: JsonSchema): unknown {
  if (schema.properties) return smallest(schema);
  if (schema.enum) return schema.enum[0];
  if (typeof schema['minimum'] === 'number') return schema['minimum'];
  return typeof schema['pattern'] === 'string' ? fitting(schema)[0] : 'any';
}

function merged(whole: Record<string, unknown>, part: unknown): unknown {
  return typeof part === 'object' ? { ...whole, ...part } : part;
}
