import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { runningOperator } from './client.ts';

export function versionCommand(program: Command): void {
  program
    .command('version')
    .description('versions of this program, of the running operator, and of Node')
    .action(async (_options: Flags, command: Command) => {
      const config = readConfig(command.optsWithGlobals<Flags>());
      const running = await runningOperator(config);
      console.log(
        `mcpnet ${config.version}\noperator ${running ? `${running.version} (pid ${running.pid})` : 'not running'}\nnode ${process.version}`,
      );
    });
}
