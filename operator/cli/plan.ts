import type { Command } from 'commander';
import { readConfig, type Flags } from '../config.ts';
import { formatPlans } from '../core/plan.ts';
import { silentLogger } from '../ports/logger.ts';
import { reportProblems, reportUnreachable } from './client.ts';

export function planCommand(program: Command): void {
  program
    .command('plan')
    .description('what would be done now, and why; writes nothing')
    .action(async (_options: Flags, command: Command) => {
      const config = readConfig(command.optsWithGlobals<Flags>());
      const { assemble } = await import('../assemble.ts');
      const { DirectorySource } = await import('../sources/directory.ts');
      const operator = assemble(config, [new DirectorySource(config.manifests)], silentLogger);
      const plans = await operator.plan();
      reportUnreachable(operator.unreachable);
      reportProblems(operator.store.problems);
      if (operator.store.pruneBlock !== undefined)
        console.error(`nothing would be removed: ${operator.store.pruneBlock}`);
      console.log(formatPlans(plans));
    });
}
