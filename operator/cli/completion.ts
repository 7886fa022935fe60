import { Argument, type Command } from 'commander';
import { scripts, type Shell } from './completion-scripts.ts';
import type { Flags } from '../config.ts';

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print the completion for a shell, with live names; its first lines say how to use it')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .action((shell: Shell) => {
      console.log(scripts[shell]);
    });
}

/** What the scripts ask: prints what may stand at the place of the last word. Never fails, and says nothing else. */
export function completeCommand(program: Command): void {
  program
    .command('__complete', { hidden: true })
    .argument('[words...]', 'the words of the line after mcpnet, up to the cursor')
    .action(async (words: string[], _options: Flags, self: Command) => {
      const { complete } = await import('./complete.ts');
      const { liveNames } = await import('./live-names.ts');
      const candidates = await complete(words, program.commands, (flags) => liveNames(flags, self)).catch(() => []);
      if (candidates.length > 0) console.log(candidates.join('\n'));
    });
}
