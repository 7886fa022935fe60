import { listOf, named, objectOf, text, type Schema } from './schema-forms.ts';

export interface Described {
  /** What it gives, in words. */
  readonly summary: string;
  /** Of the answer, if all is well. */
  readonly gives: Schema;
  /** Further answers, by status. */
  readonly answers?: Readonly<Record<number, Schema>>;
  readonly params?: Schema;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly body?: Schema;
}

const problem = { description: 'What is wrong, and what to do.', ...named('ErrorView') };

/** The schema of a route, as Fastify and OpenAPI want it. Query parameters that it does not have are refused. */
export function describe({ summary, gives, answers, params, query, body }: Described): { schema: Schema } {
  return {
    schema: {
      summary,
      ...(params && { params }),
      querystring: { type: 'object', additionalProperties: false, properties: query ?? {} },
      ...(body && { body }),
      response: {
        200: { description: summary, ...gives },
        ...answers,
        '4xx': problem,
        ...(answers?.[503] ? {} : { '5xx': problem }),
      },
    },
  };
}

export function itemsOf(name: string): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: { items: listOf(named(name)) },
    required: ['items'],
  };
}

export const inNamespace = { namespace: { ...text, description: 'Only of this namespace.' } } as const;
export const selection = {
  ...inNamespace,
  selector: { ...text, description: 'Only with these labels: `team=platform,tier`.' },
} as const;
export const oneResource = objectOf<{ namespace: string; name: string }>({ namespace: text, name: text });
export const oneOfAKind = objectOf<{ kind: string; namespace: string; name: string }>({
  kind: text,
  namespace: text,
  name: text,
});
export const oneInstance = objectOf<{ id: string }>({ id: text });
