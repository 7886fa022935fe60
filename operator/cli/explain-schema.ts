import { nearest } from '../core/nearest.ts';

/** The parts of a JSON Schema (draft-07) that ours use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: string;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

const width = 100;

/** A field, or the kind as a whole: its type, what it means, and its fields, as kubectl explains them. */
export function explainField(kind: string, root: Schema, path: readonly string[]): string {
  const { schema, isRequired } = find(kind, root, path);
  const fields = fieldsOf(schema);
  return [
    `KIND:     ${kind}`,
    `VERSION:  ${root.properties?.['apiVersion']?.const ?? ''}`,
    ...(path.length > 0
      ? ['', `FIELD:    ${path.join('.')} <${typeOf(schema)}>${isRequired ? ' -required-' : ''}`]
      : []),
    '',
    'DESCRIPTION:',
    ...about(schema, '    '),
    ...(fields.length > 0 ? ['', 'FIELDS:', ...fields.flatMap((field) => [...explained(field), '']).slice(0, -1)] : []),
  ].join('\n');
}

/** The names and types of everything below a field. */
export function explainTree(kind: string, root: Schema, path: readonly string[]): string {
  const { schema } = find(kind, root, path);
  return [[kind, ...path].join('.'), ...tree(schema, '  ')].join('\n');
}

/** Paths that stand below one, for completion: `spec.rollout.canary`. */
export function fieldNames(root: Schema, path: readonly string[]): string[] {
  let schema: Schema | undefined = root;
  for (const step of path) schema = schema && inner(schema).properties?.[step];
  return schema ? Object.keys(inner(schema).properties ?? {}) : [];
}

interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

function find(kind: string, root: Schema, path: readonly string[]): Omit<Field, 'name'> {
  let found = { schema: root, isRequired: true };
  path.forEach((step, index) => {
    const fields = fieldsOf(found.schema);
    const next = fields.find(({ name }) => name === step);
    if (next) {
      found = next;
      return;
    }
    const names = fields.map(({ name }) => name);
    const guess = nearest(step, names);
    const here = [kind, ...path.slice(0, index)].join('.');
    throw new Error(
      `${here} has no field "${step}"; ${guess === undefined ? `it has: ${names.join(', ') || 'none'}` : `did you mean "${guess}"?`}`,
    );
  });
  return found;
}

function fieldsOf(schema: Schema): Field[] {
  const { properties = {}, required = [] } = inner(schema);
  return Object.entries(properties).map(([name, each]) => ({
    name,
    schema: each,
    isRequired: required.includes(name),
  }));
}

/** Of a list the fields of its elements, as kubectl shows them. */
function inner(schema: Schema): Schema {
  return schema.items ? inner(schema.items) : schema;
}

function explained({ name, schema, isRequired }: Field): string[] {
  return [`  ${name} <${typeOf(schema)}>${isRequired ? ' -required-' : ''}`, ...about(schema, '    ')];
}

/** What it means, and what may be written. */
function about(schema: Schema, indent: string): string[] {
  const bounds = [
    ...(schema.minimum === undefined ? [] : [`at least ${schema.minimum}`]),
    ...(schema.maximum === undefined ? [] : [`at most ${schema.maximum}`]),
  ];
  return [
    ...wrapped(schema.description ?? '', indent),
    ...(schema.enum ? [`${indent}One of: ${schema.enum.map(String).join(', ')}`] : []),
    ...(bounds.length > 0 ? [`${indent}Bounds: ${bounds.join(', ')}`] : []),
    ...(hasTellingDefault(schema) ? [`${indent}Default: ${JSON.stringify(schema.default)}`] : []),
    ...(schema.examples ?? []).map((example) => `${indent}Example: ${JSON.stringify(example)}`),
  ];
}

/** That an object is there by default says nothing: its fields have defaults of their own. */
function hasTellingDefault(schema: Schema): boolean {
  return schema.default !== undefined && !(schema.properties && JSON.stringify(schema.default) === '{}');
}

function tree(schema: Schema, indent: string): string[] {
  return fieldsOf(schema).flatMap(({ name, schema: each, isRequired }) => [
    `${indent}${name} <${typeOf(each)}>${isRequired ? ' -required-' : ''}`,
    ...tree(each, `${indent}  `),
  ]);
}

/** `string`, `[]object`, `map[string]string`, as kubectl writes types. */
function typeOf(schema: Schema): string {
  if (schema.items) return `[]${typeOf(schema.items)}`;
  if (schema.type === undefined) return schema.enum || schema.const !== undefined ? 'string' : 'any';
  const map = schema.additionalProperties;
  if (schema.type === 'object' && typeof map === 'object') return `map[string]${typeOf(map)}`;
  return typeof schema.type === 'string' ? schema.type : schema.type.join(' or ');
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const line = lines.at(-1);
    if (line === undefined || indent.length + line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => indent + line);
}
