/** A JSON Schema (draft 7, which is also what OpenAPI 3.1 and fast-json-stringify read). */
export type Schema = Readonly<Record<string, unknown>>;

/** A field that may be absent. */
export interface Maybe {
  readonly maybe: Schema;
}

type Fields<View> = { readonly [Name in keyof View]-?: object extends Pick<View, Name> ? Maybe : Schema };

export const text = { type: 'string' } as const;
export const time = { type: 'string', description: 'RFC 3339, UTC.' } as const;
export const flag = { type: 'boolean' } as const;
export const whole = { type: 'integer' } as const;
export const number = { type: 'number' } as const;
export const anything = {} as const;

/** An object with exactly these fields: the compiler compares them with the shape, and which of them may be absent. */
export function objectOf<View extends object>(fields: Fields<View>): Schema {
  const all = Object.entries<Schema | Maybe>(fields);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(all.map(([name, field]) => [name, isMaybe(field) ? field.maybe : field])),
    required: all.flatMap(([name, field]) => (isMaybe(field) ? [] : [name])),
  };
}

export function maybe(schema: Schema): Maybe {
  return { maybe: schema };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** Values by name. */
export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

/** A schema that `addSchemas` has named. */
export function named(name: string): Schema {
  return { $ref: `${name}#` };
}

function isMaybe(field: Schema | Maybe): field is Maybe {
  return 'maybe' in field;
}
