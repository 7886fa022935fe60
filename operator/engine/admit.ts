import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import stringify from 'safe-stable-stringify';
import { nearest } from '../core/nearest.ts';
import { printable } from '../core/printable.ts';
import { keyOf, type ResourceKey } from '../core/resource.ts';
import type { ManifestProblem, SourceDocument } from '../ports/source.ts';
import { relativePaths } from './relative-paths.ts';

/** A document that passed: its key and its content with defaults filled in. */
export interface Admitted {
  readonly key: ResourceKey;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
  readonly spec: unknown;
}

export type Verdict =
  | { readonly ok: true; readonly admitted: Admitted }
  | { readonly ok: false; readonly problems: readonly ManifestProblem[]; readonly key?: ResourceKey };

const apiVersion = 'mcpnet.io/v1alpha1';
/** Of one document; who mends these sees the next ones. */
const mostProblems = 20;
const longestPart = 200;
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const schemaFiles = ['mcpnetwork.v1alpha1.json', 'mcpservice.v1alpha1.json'];

/** Validates documents against the schema of their kind. Schemas are compiled once, when the module loads. */
const validators = new Map<string, ValidateFunction>(
  schemaFiles.map((file) => {
    const schema = JSON.parse(readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8')) as {
      title: string;
    };
    return [
      schema.title,
      new Ajv({ allErrors: true, useDefaults: true, strict: true, strictTypes: false, strictRequired: false }).compile(
        schema,
      ),
    ];
  }),
);

/** Documents do not change; several may ask about the same one. */
const admittedBefore = new WeakMap<SourceDocument, Verdict>();

export function admit(document: SourceDocument): Verdict {
  const known = admittedBefore.get(document);
  if (known) return known;
  const verdict = judge(document);
  if (verdict.ok) admittedBefore.set(document, verdict);
  return verdict;
}

function judge(document: SourceDocument): Verdict {
  const { value } = document;
  if (!isRecord(value))
    return reject(document, [], 'is not an object', 'write a mapping with apiVersion, kind, metadata and spec');
  if (value['apiVersion'] !== apiVersion)
    return reject(document, ['apiVersion'], `is ${quote(value['apiVersion'])}`, `write ${apiVersion}`);
  const kind = typeof value['kind'] === 'string' ? value['kind'] : '';
  const validate = validators.get(kind);
  if (!validate)
    return reject(
      document,
      ['kind'],
      `${quote(value['kind'])} is not a kind of this API`,
      suggestion(kind, [...validators.keys()]),
    );

  // ajv writes defaults into its input; the snapshot keeps the document as it was written.
  const content = structuredClone(value);
  const key = declaredKey(kind, value['metadata']);
  if (!validate(content)) {
    const errors = mostTelling(validate.errors ?? []);
    const problems = errors.slice(0, mostProblems).map((error) => explain(document, error));
    if (errors.length > mostProblems) problems.push(further(document, errors.length - mostProblems));
    return { ok: false, problems, ...(key && { key }) };
  }
  // The schema has just vouched for this shape.
  const { metadata, spec } = content as unknown as Admitted;
  const astray = document.directory === '' ? relativePaths(spec) : [];
  if (astray.length > 0)
    return { ok: false, problems: astray.map((each) => noDirectory(document, each)), ...(key && { key }) };
  return {
    ok: true,
    admitted: {
      key: keyOf(kind, metadata.namespace, metadata.name),
      kind,
      metadata: { ...metadata, labels: metadata.labels ?? {} },
      spec,
    },
  };
}

/** A spec that was valid once, by today's schema: with its defaults, or undefined if it is no longer valid. */
export function readmit(kind: string, spec: unknown): unknown {
  const content = { apiVersion, kind, metadata: { name: 'any' }, spec: structuredClone(spec) };
  return validators.get(kind)?.(content) ? content.spec : undefined;
}

function noDirectory(document: SourceDocument, index: number): ManifestProblem {
  const path = ['spec', 'volumes', String(index), 'hostPath'];
  const message = `is ${quote(valueAt(document, path))}, and an object of a cluster lies in no directory that it could start in`;
  return problemAt(document, path, message, 'write an absolute path of the host');
}

function reject(document: SourceDocument, path: string[], message: string, remedy: string): Verdict {
  return {
    ok: false,
    problems: [problemAt(document, path, message, remedy)],
  };
}

/** Whose manifest this is meant to be, even if it is invalid otherwise. */
function declaredKey(kind: string, metadata: unknown): ResourceKey | undefined {
  if (!isRecord(metadata)) return undefined;
  const { name, namespace = 'default' } = metadata;
  if (typeof name !== 'string' || typeof namespace !== 'string') return undefined;
  // Another name names nothing: no resource can have it.
  return label.test(name) && label.test(namespace) ? keyOf(kind, namespace, name) : undefined;
}

/** `oneOf` and `if` repeat what their branches said; `required` of the branches of a oneOf means nothing to people. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject[] {
  return errors.filter(
    ({ keyword, schemaPath }) => keyword !== 'if' && !(keyword === 'required' && schemaPath.includes('/oneOf/')),
  );
}

function explain(document: SourceDocument, error: ErrorObject): ManifestProblem {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const at = (extra: string[], message: string, remedy: string): ManifestProblem =>
    problemAt(document, [...path, ...extra], message, remedy);
  // ajv documents the params of each keyword; they are untyped only because a keyword may be user-defined.
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return at(
        [name],
        'is not a field',
        suggestion(
          name,
          Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? knownFields(document, path)),
        ),
      );
    }
    case 'required':
      return at(
        [],
        `lacks the field "${String(params['missingProperty'])}"`,
        `add ${printPath([...path, String(params['missingProperty'])])}`,
      );
    case 'enum':
      return at(
        [],
        `is ${quote(valueAt(document, path))}`,
        `write one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`,
      );
    case 'type':
      return at(
        [],
        `must be ${String(params['type'])}, not ${typeName(valueAt(document, path))}`,
        `write ${article(String(params['type']))}`,
      );
    case 'pattern':
      return at(
        [],
        `is ${quote(valueAt(document, path))}, which is not of the form ${String(params['pattern'])}`,
        "see the field's description in the manifest reference",
      );
    case 'oneOf':
      return at([], 'must have exactly one of name and hostPath', 'keep one of them');
    default:
      return at([], error.message ?? 'is invalid', "see the field's description in the manifest reference");
  }
}

function further(document: SourceDocument, count: number): ManifestProblem {
  return problemAt(document, [], `has ${count} further problems`, 'mend the others first');
}

function problemAt(
  document: SourceDocument,
  path: readonly string[],
  message: string,
  remedy: string,
): ManifestProblem {
  return {
    file: document.file,
    ...document.locate(path),
    path: printable(printPath(path), longestPart),
    message: printable(message, longestPart),
    remedy: printable(remedy, 2 * longestPart),
  };
}

/** Names of the fields that the schema has at a path. */
function knownFields(document: SourceDocument, path: readonly string[]): Record<string, unknown> {
  let schema = validators.get(String((document.value as Record<string, unknown>)['kind']))?.schema as
    Record<string, unknown> | undefined;
  for (const step of path) {
    const properties = schema?.['properties'] as Record<string, Record<string, unknown>> | undefined;
    schema = properties?.[step] ?? (schema?.['items'] as Record<string, unknown> | undefined);
  }
  return (schema?.['properties'] as Record<string, unknown> | undefined) ?? {};
}

function suggestion(typed: string, candidates: readonly string[]): string {
  const guess = nearest(typed, candidates);
  return guess === undefined ? `remove it, or use one of ${candidates.join(', ')}` : `did you mean "${guess}"?`;
}

function valueAt(document: SourceDocument, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    document.value,
  );
}

function printPath(path: readonly string[]): string {
  return path.map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function article(type: string): string {
  return type === 'integer' ? 'a whole number' : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function quote(value: unknown): string {
  // A YAML document may contain itself.
  const text = stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
