import { Option, type Command } from 'commander';
import type { EventView } from '../api/shapes.ts';
import { readConfig, type Config, type Flags } from '../config.ts';
import { displayKey, parseKey, type ResourceKey } from '../core/resource.ts';
import { noOperator, readEvents, readResources } from './client.ts';
import { addOutputOptions, formatList, isForPrograms, type Listing, type OutputOptions } from './output.ts';
import { paintFor, type Paint } from './paint.ts';
import { formatAge } from './table.ts';
import { pick, targetOf } from './target.ts';

interface EventsOptions extends Flags, OutputOptions {
  readonly watch?: boolean;
  readonly for?: string;
  readonly types?: string;
  readonly namespace?: string;
}

const most = '1000';

export function eventsCommand(program: Command): void {
  const events = program
    .command('events')
    .description('what happened and why, oldest first: of everything, or of one service or network')
    .argument('[name]', 'a service, or KIND/NAME')
    .option('--for <kind/name>', 'the same, as kubectl has it')
    .addOption(new Option('--types <type>', 'only these').choices(['Normal', 'Warning']))
    .option('-n, --namespace <namespace>', 'only of this namespace')
    .option('-w, --watch', 'go on with what happens from now on');
  addOutputOptions(events).action(async (name: string | undefined, _options: EventsOptions, command: Command) => {
    const options = command.optsWithGlobals<EventsOptions>();
    const config = readConfig(options);
    const wanted = name ?? options.for;
    const key = wanted === undefined ? undefined : await keyOf(config, wanted, options.namespace);
    const found = await readEvents(config, {
      limit: most,
      ...(key !== undefined && { key }),
      ...(options.types && { type: options.types }),
    });
    if (!found) throw noOperator(config);
    const past = found.toReversed().filter((event) => isWanted(event, key, options));
    if (past.length > 0 || (isForPrograms(options.output) && !options.watch))
      await print(past, options, options.headers);
    else if (!options.watch) console.error('nothing has happened yet');
    if (options.watch) await watch(config, key, options, past.length === 0);
  });
}

export function eventListing(nowMs: number, paint: Paint): Listing<EventView> {
  return {
    nameOf: ({ key, reason }) => `${displayKey(key)}/${reason}`,
    columns: [
      { title: 'LAST SEEN', cell: ({ lastSeen }) => formatAge(lastSeen, nowMs) },
      { title: 'FIRST SEEN', isWide: true, cell: ({ firstSeen }) => formatAge(firstSeen, nowMs) },
      { title: 'TYPE', cell: ({ type }) => paint(type === 'Warning' ? 'doubtful' : 'faint', type) },
      { title: 'REASON', cell: ({ reason }) => reason },
      { title: 'OBJECT', cell: ({ key }) => displayKey(key) },
      { title: 'COUNT', cell: ({ count }) => String(count) },
      { title: 'MESSAGE', cell: ({ message }) => message },
    ],
  };
}

async function watch(
  config: Config,
  key: ResourceKey | undefined,
  options: EventsOptions,
  isFirst: boolean,
): Promise<void> {
  const { operatorEnded, readStream } = await import('./stream.ts');
  let headers = isFirst ? options.headers : false;
  for await (const { name, data } of readStream(config, '/api/v1/events/stream')) {
    // The shape that StreamMessages tells.
    const event = data as EventView;
    if (name !== 'event' || !isWanted(event, key, options)) continue;
    await print([event], options, headers);
    headers = false;
  }
  throw operatorEnded();
}

async function print(
  events: readonly EventView[],
  options: EventsOptions,
  headers: boolean | undefined,
): Promise<void> {
  const listing = eventListing(Date.now(), paintFor(process.stdout));
  const { output } = options;
  console.log(
    await formatList(events, listing, { ...(output && { output }), ...(headers !== undefined && { headers }) }),
  );
}

function isWanted(event: EventView, key: ResourceKey | undefined, { types, namespace }: EventsOptions): boolean {
  if (key !== undefined && event.key !== key) return false;
  return (
    (types ?? event.type) === event.type &&
    (namespace ?? parseKey(event.key).namespace) === parseKey(event.key).namespace
  );
}

async function keyOf(config: Config, name: string, namespace: string | undefined): Promise<ResourceKey> {
  const resources = await readResources(config);
  if (!resources) throw noOperator(config);
  return pick(
    targetOf(name, namespace),
    resources.items.map(({ key }) => key),
  );
}
