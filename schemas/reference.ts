/** Text of `docs/manifests.md`: every field of every kind, from the schemas. */

type Scalar = string | number | boolean;

export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly Scalar[];
  readonly const?: Scalar;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

interface Row {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

const introduction = `# Manifests

Every field of every kind, generated from [schemas/](../schemas) by \`npm run generate\`. \`mcpnet validate FILES\` checks
manifests against them, \`mcpnet explain mcpservice.spec\` prints the same in a terminal. Durations have a unit (\`300ms\`, \`30s\`,
\`15m\`), quantities are those of Kubernetes (\`256Mi\`, \`500m\`). What is marked **required** has no default.
`;

export function referenceOf(schemas: readonly Schema[]): string {
  return [introduction, ...schemas.map(chapter)].join('\n');
}

function chapter(schema: Schema): string {
  const rows = rowsOf(schema, '');
  const lines = rows.map(
    ({ path, schema: field, isRequired }) =>
      `| \`${path}\` | ${cell(typeOf(field))} | ${isRequired ? '**required**' : cell(defaultOf(field))} | ${cell(field.description ?? '')} |`,
  );
  return `## ${schema.title}\n\n${schema.description}\n\n| field | type | default | |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function rowsOf(schema: Schema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    const inner = field.items?.properties ? rowsOf(field.items, `${path}[].`) : rowsOf(field, `${path}.`);
    return [{ path, schema: field, isRequired }, ...inner];
  });
}

function typeOf({
  type,
  enum: values,
  const: constant,
  items,
  minimum,
  maximum,
  additionalProperties,
}: Schema): string {
  if (constant !== undefined) return `\`${String(constant)}\``;
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (type === 'array') return `list of ${items?.properties ? 'objects' : `${items ? typeOf(items) : 'value'}s`}`;
  if (type === 'object' && typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}s`;
  const range = [minimum, maximum].some((bound) => bound !== undefined) ? ` ${minimum ?? ''}-${maximum ?? ''}` : '';
  return `${type ?? 'value'}${range}`;
}

/** An object or list that is empty by default says nothing: its fields have defaults of their own. */
function defaultOf({ default: value }: Schema): string {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
