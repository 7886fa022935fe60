import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { runningOperator } from './client.ts';

interface DownOptions extends Flags {
  readonly yes?: boolean;
}

export function downCommand(program: Command): void {
  program
    .command('down')
    .description('remove everything that is ours and nothing else; volumes that manifests name are kept')
    .option('--yes', 'do not ask')
    .action(async (_options: DownOptions, command: Command) => {
      const options = command.optsWithGlobals<DownOptions>();
      const config = readConfig({ ...options, allowEmpty: true });
      const running = await runningOperator(config);
      if (running)
        throw new Error(
          `an operator runs on ${config.state} (pid ${running.pid}) and would bring everything back; stop it first`,
        );
      const { removeEverything } = await import('./remove-everything.ts');
      await removeEverything(config, options.yes ?? false);
    });
}
