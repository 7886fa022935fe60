/**
 * Generates `schemas/types.ts`, `docs/manifests.md` and the CRDs of `deploy/kubernetes/crds/` from the JSON Schemas. The types describe resources *after*
 * admission, so a property with a default is always present. `--check` fails instead of writing if a file differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { customResourceDefinitions, definitionText } from './crds.ts';
import { referenceOf, type Schema } from './reference.ts';

const here = new URL('./', import.meta.url);
const schemaFiles = ['mcpnetwork.v1alpha1.json', 'mcpservice.v1alpha1.json'];
const banner = '/* Generated from the JSON Schemas in this directory by `npm run generate`; do not edit. */';

const texts: Readonly<Record<string, string>> = {
  'types.ts': await types(),
  '../docs/manifests.md': referenceOf(schemaFiles.map((file) => read(file) as Schema)),
  ...Object.fromEntries(
    customResourceDefinitions().map((definition) => [
      `../deploy/kubernetes/crds/${definition.metadata.name}.yaml`,
      `# Generated from the JSON Schemas by \`npm run generate\`; do not edit.\n${definitionText(definition)}`,
    ]),
  ),
};
for (const [name, text] of Object.entries(texts)) {
  const target = new URL(name, here);
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (!isText(target, text)) {
    console.error(
      `${target.pathname.split('/').slice(-2).join('/')} differs from the schemas; run \`npm run generate\``,
    );
    process.exitCode = 1;
  }
}

function isText(file: URL, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, here), 'utf8'));
}

async function types(): Promise<string> {
  const parts: string[] = [];
  for (const file of schemaFiles) {
    const schema = read(file) as JSONSchema;
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
