import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { explainField, explainTree, type Schema } from './explain-schema.ts';
import { declaredKind } from './kind-names.ts';

interface ExplainOptions {
  readonly recursive?: boolean;
}

export function explainCommand(program: Command): void {
  program
    .command('explain')
    .description('what a kind or a field of it means, from the schemas that manifests are validated against')
    .argument('<kind.path>', 'mcpservice, mcpservice.spec.rollout, network.spec.ports')
    .option('--recursive', 'the names of all fields below it')
    .action((what: string, { recursive }: ExplainOptions) => {
      const [word = '', ...path] = what.split('.');
      const kind = declaredKind(word);
      const schema = schemaOf(kind);
      console.log(recursive ? explainTree(kind, schema, path) : explainField(kind, schema, path));
    });
}

/** The schema that admission uses. */
export function schemaOf(kind: string): Schema {
  const file = new URL(`../../schemas/${kind.toLowerCase()}.v1alpha1.json`, import.meta.url);
  // Our own file, of the form that a JSON Schema has.
  return JSON.parse(readFileSync(file, 'utf8')) as Schema;
}
