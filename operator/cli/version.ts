import type { Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config.ts';
import { NoAnswer, runningOperator, type RunningOperator } from './client.ts';
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
      const running = await operatorOf(config);
      if (options.output) {
        const { formatDocument } = await import('./output.ts');
        const operator = typeof running === 'object' && { version: running.version, pid: running.pid };
        console.log(
          await formatDocument(
            { mcpnet: config.version, ...(operator && { operator }), node: process.version },
            options.output,
          ),
        );
        return;
      }
      console.log(
        `mcpnet ${config.version}\noperator ${typeof running === 'object' ? `${running.version} (pid ${running.pid})` : running}\nnode ${process.version}`,
      );
    });
}

/** The versions of this program are told whatever the operator does. */
async function operatorOf(config: Config): Promise<RunningOperator | 'not running' | 'does not answer'> {
  try {
    return (await runningOperator(config)) ?? 'not running';
  } catch (error) {
    if (error instanceof NoAnswer) return 'does not answer';
    throw error;
  }
}
