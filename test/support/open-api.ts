import { Ajv, type ValidateFunction } from 'ajv';

interface Answers {
  readonly [status: string]: {
    readonly content?: Readonly<Record<string, { readonly schema: object }>>;
  };
}

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly summary?: string; readonly responses: Answers }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** Checks answers against a description: the schema of the path, method and status. */
export class AnswerJudge {
  readonly #api: OpenApi;
  readonly #ajv = new Ajv({ strict: false, allErrors: true });

  constructor(api: OpenApi) {
    this.#api = api;
    this.#ajv.addSchema({ $id: 'api', components: this.#rooted(api.components) });
  }

  /** What is wrong with an answer, in words; undefined if nothing is. */
  judge(path: string, method: string, status: number, answer: unknown): string | undefined {
    const responses = this.#api.paths[path]?.[method]?.responses ?? {};
    const documented = responses[status] ?? responses[`${String(status)[0]}XX`];
    const schema = documented?.content?.['application/json']?.schema;
    if (!schema) return `${method} ${path} does not say what it answers with ${status}`;
    const validate: ValidateFunction = this.#ajv.compile(this.#rooted(schema));
    return validate(answer) ? undefined : `${method} ${path} ${status}: ${this.#ajv.errorsText(validate.errors)}`;
  }

  /** References start at the root of the description. */
  #rooted<Part>(part: Part): Part {
    return JSON.parse(JSON.stringify(part).replaceAll('"#/components/', '"api#/components/')) as Part;
  }
}
