import type { Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config.ts';
import type { History, Revision } from '../core/history.ts';
import type { ResourceKey } from '../core/resource.ts';
import { readHistory } from './client.ts';
import { addOutputOptions, formatList, isDocument, isForPrograms, type Listing, type OutputOptions } from './output.ts';
import { paintFor, type Paint, type Shade } from './paint.ts';
import { serviceKey } from './service-name.ts';
import { formatAge } from './table.ts';

interface HistoryOptions extends Flags, OutputOptions {
  readonly namespace?: string;
}

const shades: Readonly<Record<string, Shade>> = {
  Serving: 'good',
  Failed: 'bad',
  Progressing: 'doubtful',
  Canary: 'doubtful',
};

export function historyCommand(program: Command): void {
  const history = program
    .command('history')
    .description(
      'the revisions of a service: what changed, what came of it, and when; in JSON with specs and first plans',
    )
    .argument('<name>', 'a service')
    .option('-n, --namespace <namespace>', 'where it is declared, if the name alone does not tell');
  addOutputOptions(history).action(async (name: string, _options: HistoryOptions, self: Command) => {
    const options = self.optsWithGlobals<HistoryOptions>();
    const config = readConfig(options);
    const key = await serviceKey(config, name, options.namespace);
    const found = (await readHistory(config, key)) ?? (await recorded(config, key));
    if (!found) throw new Error(`nothing is recorded of ${name} yet; an operator does that while it runs`);
    const listing = revisionListing(Date.now(), paintFor(process.stdout));
    // Programs get all that is remembered of the service, not the revisions alone.
    if (isDocument(options.output))
      console.log(await formatList([found], { columns: [], nameOf: () => name }, options, true));
    else console.log(await formatList(found.revisions, listing, options));
    if (found.hold && !isForPrograms(options.output))
      console.log(`${found.hold.reason}: the manifest waits until it changes, or for mcpnet resume ${name}`);
  });
}

/** Oldest first. */
export function revisionListing(nowMs: number, paint: Paint): Listing<Revision> {
  return {
    nameOf: ({ number }) => `revision/${number}`,
    columns: [
      { title: 'REVISION', cell: ({ number }) => String(number) },
      {
        title: 'RESULT',
        cell: ({ result, reason }) =>
          paint(shades[result] ?? 'faint', reason === undefined ? result : `${result} (${reason})`),
      },
      { title: 'AGE', cell: ({ declaredAt }) => formatAge(declaredAt, nowMs) },
      { title: 'ORIGIN', isWide: true, cell: ({ origin }) => origin },
      { title: 'CAUSE', cell: ({ cause, message }) => (message === undefined ? cause : `${cause}: ${message}`) },
    ],
  };
}

/** What the last operator has kept, where none runs. */
async function recorded(config: Config, key: ResourceKey): Promise<History | undefined> {
  const { FileRecords } = await import('../records.ts');
  const { documents } = await new FileRecords(config.state).load();
  // Written by an operator; only shown here.
  return (documents as History[]).find((each) => each.key === key);
}
