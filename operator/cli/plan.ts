import type { Command } from 'commander';
import { readConfig, type Flags, type GitFlags } from '../config.ts';
import { itemKey } from '../core/item.ts';
import { formatPlans, type Plan } from '../core/plan.ts';
import { silentLogger } from '../ports/logger.ts';
import type { PlanView } from '../api/shapes.ts';
import { reportProblems, reportUnreachable } from './client.ts';
import { documentOption } from './document-option.ts';
import { addGitOptions } from './source-options.ts';

interface PlanOptions extends Flags, GitFlags {
  readonly output?: 'json' | 'yaml';
}

export function planCommand(program: Command): void {
  const plan = program
    .command('plan')
    .description('what would be done now, and why; writes nothing')
    .addOption(documentOption());
  addGitOptions(plan).action(async (_options: PlanOptions, command: Command) => {
    const options = command.optsWithGlobals<PlanOptions>();
    const config = readConfig(options);
    const { assemble } = await import('../assemble.ts');
    const { openSources } = await import('../open-sources.ts');
    const operator = await assemble(config, await openSources(config), silentLogger);
    const plans = await operator.plan();
    reportUnreachable(operator.unreachable);
    reportProblems(operator.store.problems);
    if (operator.store.pruneBlock !== undefined)
      console.error(`nothing would be removed: ${operator.store.pruneBlock}`);
    if (!options.output) {
      console.log(formatPlans(plans));
      return;
    }
    const { formatDocument } = await import('./output.ts');
    console.log(await formatDocument({ steps: stepsOf(plans) }, options.output));
  });
}

/** As the API shows them. */
function stepsOf(plans: readonly Plan[]): PlanView['steps'] {
  return plans.flatMap(({ key, actions, waits }) => [
    ...actions.map(({ verb, item, cause }) => ({ key, verb, item: itemKey(item), cause })),
    ...waits.map(({ item, cause }) => ({ key, verb: 'wait' as const, item: itemKey(item), cause })),
  ]);
}
