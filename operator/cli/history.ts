import type { Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config.ts';
import type { History } from '../core/history.ts';
import type { ResourceKey } from '../core/resource.ts';
import { FileRecords } from '../records.ts';
import { readHistory } from './client.ts';
import { serviceKey } from './service-name.ts';
import { formatAge, formatTable } from './table.ts';

interface HistoryOptions extends Flags {
  readonly namespace?: string;
  readonly output?: string;
}

export function historyCommand(program: Command): void {
  program
    .command('history')
    .description('the revisions of a service: what changed, what came of it, and when')
    .argument('<name>', 'a service')
    .option('-o, --output <form>', 'json: with specs, first plans and reasons')
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell')
    .action(async (name: string, _options: HistoryOptions, self: Command) => {
      const options = self.optsWithGlobals<HistoryOptions>();
      const config = readConfig(options);
      const key = await serviceKey(config, name, options.namespace);
      const history = (await readHistory(config, key)) ?? (await recorded(config, key));
      if (!history) throw new Error(`nothing is recorded of ${name} yet; an operator does that while it runs`);
      console.log(
        options.output === 'json' ? JSON.stringify(history, undefined, 2) : formatHistory(history, Date.now()),
      );
    });
}

/** The table of `history`, oldest first, and what holds the manifest off. */
export function formatHistory({ revisions, hold }: History, nowMs: number): string {
  const table = formatTable(
    ['REVISION', 'RESULT', 'AGE', 'CAUSE'],
    revisions.map(({ number, result, reason, message, declaredAt, cause }) => [
      String(number),
      reason === undefined ? result : `${result} (${reason})`,
      formatAge(declaredAt, nowMs),
      message === undefined ? cause : `${cause}: ${message}`,
    ]),
  );
  return hold ? `${table}\n${hold.reason}: the manifest waits; mcpnet describe says for what` : table;
}

/** What the last operator has kept, where none runs. */
async function recorded(config: Config, key: ResourceKey): Promise<History | undefined> {
  const { documents } = await new FileRecords(config.state).load();
  // Written by an operator; only shown here.
  return (documents as History[]).find((each) => each.key === key);
}
