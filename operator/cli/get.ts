import { InvalidArgumentError, type Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config.ts';
import type { ResourceKey } from '../core/resource.ts';
import type { Status } from '../engine/status.ts';
import { ask, readView, reportProblems } from './client.ts';
import { exitCode } from './exit-code.ts';
import { instanceListing, instancesOf } from './instance-table.ts';
import { getSources } from './get-sources.ts';
import { sortNamed, type Sort } from './kind-names.ts';
import { addOutputOptions, formatList, isForPrograms, type OutputOptions } from './output.ts';
import { paintFor } from './paint.ts';
import { parseSelector, type Selector } from '../core/selector.ts';
import { spansNamespaces, statusListing } from './status-table.ts';

interface GetOptions extends Flags, OutputOptions {
  readonly watch?: boolean;
  readonly selector?: Selector;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

/** What is asked for: a sort of thing, and names of it; no names mean all. */
interface Wanted {
  readonly sort: Sort | 'all';
  readonly names: readonly string[];
}

type Listed = Pick<Status, 'metadata'> & object;

/** Between looks where no operator tells what changes. */
const lookMs = 500;

export function getCommand(program: Command): void {
  const get = program
    .command('get')
    .description('list services, networks or instances with their state')
    .argument('[what]', 'services, networks, instances, sources or all; or the name of a service', 'services')
    .argument('[names...]', 'only these')
    .option(
      '-l, --selector <labels>',
      'only those with these labels: team=platform,tier!=1,env in (a,b),!old',
      selector,
    )
    .option('-n, --namespace <namespace>', 'only of this namespace')
    .option('-A, --all-namespaces', 'of every namespace (the default), with a column for it')
    .option('-w, --watch', 'go on and print every change');
  addOutputOptions(get).action(async (what: string, names: string[], _options: GetOptions, command: Command) => {
    const options = command.optsWithGlobals<GetOptions>();
    const config = readConfig(options);
    const wanted = wantedOf(what, names);
    if (wanted.sort === 'Source') await getSources(config, wanted.names, options);
    else await (options.watch ? watch(config, wanted, options) : once(config, wanted, options));
  });
}

/** Of a value of `-l`. @throws InvalidArgumentError */
export function selector(text: string): Selector {
  try {
    return parseSelector(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** `get files` means the service of that name, `get network/default` the network. */
function wantedOf(what: string, names: readonly string[]): Wanted {
  if (what === 'all') return { sort: 'all', names };
  const sort = sortNamed(what);
  if (sort) return { sort, names };
  const [prefix = '', ...rest] = what.split('/');
  const named = rest.length > 0 ? sortNamed(prefix) : undefined;
  return named ? { sort: named, names: [rest.join('/'), ...names] } : { sort: 'MCPService', names: [what, ...names] };
}

async function once(config: Config, wanted: Wanted, options: GetOptions): Promise<void> {
  const view = await readView(config);
  reportProblems(view.problems);
  if (view.source === 'look') console.error(withoutOperator(view.statuses));
  const { found, text } = await select(view.statuses, wanted, options);
  const missing = wanted.names.filter((name) => !found.some(({ metadata }) => metadata.name === name));
  if (text !== '' && (found.length > 0 || isForPrograms(options.output))) console.log(text);
  else if (wanted.names.length === 0) console.error(emptiness(view.statuses, options));
  if (missing.length === 0) return;
  console.error(`not found: ${missing.join(', ')}; mcpnet get all lists what there is`);
  process.exitCode = exitCode.failed;
}

function withoutOperator(statuses: readonly Status[]): string {
  return statuses.some(({ instances }) => instances.length > 0)
    ? 'no operator is running; this is what exists now'
    : 'no operator is running, and nothing of what is declared exists; start one: mcpnet up';
}

function emptiness(statuses: readonly Status[], { selector, namespace }: GetOptions): string {
  if (statuses.length === 0) return 'nothing is declared';
  return selector || namespace !== undefined
    ? 'nothing of that is declared; leave out -l or -n to see all'
    : 'there are none';
}

/** Prints a row whenever it changes, until interrupted: as a running operator tells, else by looking again and again. */
async function watch(config: Config, wanted: Wanted, options: GetOptions): Promise<never> {
  const { changedResources } = await import('./stream.ts');
  const printed = new Map<string, string>();
  let headers = options.headers;
  const print = async (statuses: readonly Status[]): Promise<void> => {
    const changed = statuses.filter((status) => printed.get(status.key) !== fingerprint(status));
    for (const status of changed) printed.set(status.key, fingerprint(status));
    const { found, text } = await select(changed, wanted, { ...options, ...(headers !== undefined && { headers }) });
    if (found.length > 0) {
      console.log(text);
      headers = false;
    }
  };
  for (;;) {
    await print((await readView(config)).statuses);
    for await (const key of changedResources(config))
      await print(key === 'any' ? (await readView(config)).statuses : await readStatus(config, key));
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

async function readStatus(config: Config, key: ResourceKey): Promise<Status[]> {
  const answer = await ask<{ status: Status }>(config, `/api/v1/resources/${key}`);
  return answer ? [answer.status] : [];
}

/** What was asked for, and the text of it. */
async function select(
  statuses: readonly Status[],
  { sort, names }: Wanted,
  options: GetOptions,
): Promise<{ found: readonly Listed[]; text: string }> {
  const paint = paintFor(process.stdout);
  const isNamed = ({ metadata }: Listed): boolean => names.length === 0 || names.includes(metadata.name);
  const single = sort !== 'all' && names.length === 1;
  const inScope = statuses.filter(
    ({ metadata }) =>
      (options.namespace === undefined || metadata.namespace === options.namespace) &&
      (!options.selector || options.selector(metadata.labels)),
  );
  const withNamespace = options.allNamespaces ?? spansNamespaces(inScope);
  if (sort === 'Instance') {
    const found = instancesOf(inScope).filter(isNamed);
    return { found, text: await formatList(found, instanceListing(withNamespace, paint), options, single) };
  }
  const found = inScope.filter((status) => (sort === 'all' || status.kind === sort) && isNamed(status));
  return { found, text: await formatList(found, statusListing(Date.now(), withNamespace, paint), options, single) };
}

function fingerprint({ since: _since, ...status }: Status): string {
  return JSON.stringify(status);
}
