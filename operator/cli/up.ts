import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';

export function upCommand(program: Command): void {
  program
    .command('up')
    .description('run the operator on a directory of manifests, in the foreground')
    .option('--allow-empty', 'let an emptied directory remove everything that it declared')
    .action(async (_options: Flags, command: Command) => {
      // Loaded only here: commands that merely ask stay quick.
      const { runOperator } = await import('./run-operator.ts');
      await runOperator(readConfig(command.optsWithGlobals<Flags>()));
    });
}
