import type { Command } from 'commander';
import { documentOption } from './document-option.ts';

interface CrdOptions {
  readonly output?: 'json' | 'yaml';
}

export function crdCommand(program: Command): void {
  program
    .command('crd')
    .description('print the CustomResourceDefinitions for Kubernetes: mcpnet crd | kubectl apply -f -')
    .addOption(documentOption())
    .action(async (_options: CrdOptions, command: Command) => {
      const { customResourceDefinitions, definitionText } = await import('../../schemas/crds.ts');
      const definitions = customResourceDefinitions();
      if (command.optsWithGlobals<CrdOptions>().output === 'json') {
        console.log(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: definitions }, undefined, 2));
        return;
      }
      console.log(definitions.map(definitionText).join('---\n').trimEnd());
    });
}
