import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { runningOperator } from './client.ts';
import { documentOption } from './document-option.ts';

interface VersionOptions extends Flags {
  readonly output?: 'json' | 'yaml';
}

export function versionCommand(program: Command): void {
  program
    .command('version')
    .description('versions of this program, of the running operator, and of Node')
    .addOption(documentOption())
    .action(async (_options: VersionOptions, command: Command) => {
      const options = command.optsWithGlobals<VersionOptions>();
      const config = readConfig(options);
      const running = await runningOperator(config);
      if (options.output) {
        const { formatDocument } = await import('./output.ts');
        const operator = running && { version: running.version, pid: running.pid };
        console.log(
          await formatDocument(
            { mcpnet: config.version, ...(operator && { operator }), node: process.version },
            options.output,
          ),
        );
        return;
      }
      console.log(
        `mcpnet ${config.version}\noperator ${running ? `${running.version} (pid ${running.pid})` : 'not running'}\nnode ${process.version}`,
      );
    });
}
