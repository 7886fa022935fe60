/** The parts of a JSON Schema (draft-07) that the schemas of this directory use. */
export interface JsonSchema {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly uniqueItems?: boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly [keyword: string]: unknown;
}

/** An OpenAPI v3 schema as a CustomResourceDefinition may hold it. */
export type StructuralSchema = Readonly<Record<string, unknown>>;

/** A rule in the Common Expression Language, which API servers check from Kubernetes 1.25 on. */
interface Rule {
  readonly rule: string;
  readonly message: string;
}

/** Keywords that mean in a structural schema what they mean in a JSON Schema. */
const shared = [
  'type',
  'description',
  'default',
  'enum',
  'required',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
];
/** Keywords that are said in another way, or hold by themselves: what no schema names is pruned or refused. */
const translated = ['const', 'properties', 'items', 'additionalProperties', 'uniqueItems', 'oneOf', 'if', 'then'];

/**
 * The same schema as Kubernetes wants it ("structural", apiextensions.k8s.io/v1): every value has a type, and what only
 * a combination of schemas could say is said by a rule with a message. Throws at a keyword that it cannot say.
 */
export function structural(schema: JsonSchema, path = 'spec'): StructuralSchema {
  const foreign = Object.keys(schema).filter((keyword) => !shared.includes(keyword) && !translated.includes(keyword));
  if (foreign.length > 0) throw new Error(`${path}: no way is known to say ${foreign.join(', ')} in a CRD`);
  const rules = [...alternatives(schema, path), ...implications(schema, path)];
  return {
    type: typeOf(schema, path),
    ...Object.fromEntries(shared.flatMap((keyword) => (keyword in schema ? [[keyword, schema[keyword]]] : []))),
    ...(schema.uniqueItems === true && { 'x-kubernetes-list-type': 'set' }),
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: structural(schema.additionalProperties, `${path}.*`),
    }),
    ...(schema.items && { items: structural(schema.items, `${path}[]`) }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, each]) => [name, structural(each, `${path}.${name}`)]),
      ),
    }),
  };
}

function typeOf({ type, enum: values = [] }: JsonSchema, path: string): string {
  if (type !== undefined) return type;
  if (values.length > 0 && values.every((value) => typeof value === 'string')) return 'string';
  throw new Error(`${path}: a CRD needs the type of every value`);
}

/** `oneOf` with one required field in each branch. */
function alternatives({ oneOf }: JsonSchema, path: string): Rule[] {
  if (!oneOf) return [];
  const names = oneOf.map((branch) => branch.required?.[0] ?? '');
  const isPlain = oneOf.every((branch) => Object.keys(branch).length === 1 && branch.required?.length === 1);
  if (!isPlain || names.length !== 2)
    throw new Error(`${path}: only a oneOf of two branches, each with one required field, is known to CRDs`);
  const [left, right] = names;
  return [
    {
      rule: `has(self.${left}) != has(self.${right})`,
      message: `must have exactly one of ${names.join(' and ')}; keep one of them`,
    },
  ];
}

/** `if` one field has a value `then` others are required. */
function implications({ if: condition, then: consequence }: JsonSchema, path: string): Rule[] {
  if (!condition && !consequence) return [];
  const [name] = Object.keys(condition?.properties ?? {});
  const value = condition?.properties?.[name ?? '']?.const;
  const wanted = consequence?.required ?? [];
  if (name === undefined || value === undefined || wanted.length === 0)
    throw new Error(`${path}: only "if a field is a constant then others are required" is known to CRDs`);
  const literal = JSON.stringify(value);
  return wanted.map((other) => ({
    rule: `!has(self.${name}) || self.${name} != ${literal} || has(self.${other})`,
    message: `lacks the field "${other}", which is required where ${name} is ${literal}; add ${other}`,
  }));
}
