/**
 * Generates `schemas/types.ts` from the JSON Schemas. The types describe resources *after* admission, so a property
 * with a default is always present. `--check` fails instead of writing if the file on disk differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const here = new URL('./', import.meta.url);
const target = new URL('types.ts', here);
const banner = '/* Generated from the JSON Schemas in this directory by `npm run generate`; do not edit. */';

const text = await generate();
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('schemas/types.ts differs from the schemas; run `npm run generate`');
  process.exit(1);
}

async function generate(): Promise<string> {
  const parts: string[] = [];
  for (const file of ['mcpnetwork.v1alpha1.json', 'mcpservice.v1alpha1.json']) {
    const schema = JSON.parse(readFileSync(new URL(file, here), 'utf8')) as JSONSchema;
    parts.push(await compile(withDefaultsRequired(schema), schema.title ?? file, { bannerComment: '', format: true }));
  }
  return `${banner}\n\n${parts.join('\n')}`;
}

/** Admission fills defaults, so to the code behind it a defaulted property is a required one. */
function withDefaultsRequired(schema: JSONSchema): JSONSchema {
  const { if: _if, then: _then, oneOf: _oneOf, ...rest } = schema;
  const properties = Object.entries(rest.properties ?? {});
  const required = properties.filter(([, property]) => 'default' in property).map(([name]) => name);
  const { default: _default, ...bare } = rest;
  return {
    ...bare,
    ...(properties.length > 0 && {
      properties: Object.fromEntries(properties.map(([name, property]) => [name, withDefaultsRequired(property)])),
      required: [...new Set([...(Array.isArray(rest.required) ? rest.required : []), ...required])],
    }),
    ...(rest.items && !Array.isArray(rest.items) && { items: withDefaultsRequired(rest.items) }),
  };
}
