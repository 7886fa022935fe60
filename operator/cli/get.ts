import type { Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config.ts';
import { findCondition } from '../core/condition.ts';
import type { Status } from '../engine/status.ts';
import { readView, reportProblems } from './client.ts';
import { formatAge, formatTable } from './table.ts';

interface GetOptions extends Flags {
  readonly output?: 'json' | 'yaml' | 'wide' | 'name';
  readonly watch?: boolean;
  readonly selector?: string;
}

const kinds: Readonly<Record<string, string>> = {
  service: 'MCPService',
  services: 'MCPService',
  svc: 'MCPService',
  mcpservice: 'MCPService',
  mcpservices: 'MCPService',
  network: 'MCPNetwork',
  networks: 'MCPNetwork',
  net: 'MCPNetwork',
  mcpnetwork: 'MCPNetwork',
  mcpnetworks: 'MCPNetwork',
};
const watchMs = 500;

export function getCommand(program: Command): void {
  program
    .command('get')
    .description('list services (or networks) with their state')
    .argument('[what]', 'services, networks or all', 'services')
    .argument('[names...]', 'only these')
    .option('-o, --output <form>', 'json, yaml, wide or name')
    .option('-l, --selector <labels>', 'only those with these labels: team=platform,tier=1')
    .option('-w, --watch', 'go on and print every change')
    .action(async (what: string, names: string[], _options: GetOptions, command: Command) => {
      const options = command.optsWithGlobals<GetOptions>();
      const config = readConfig(options);
      // `mcpnet get files` means the service of that name.
      const [kind, wanted] =
        what === 'all' ? [undefined, names] : kinds[what] ? [kinds[what], names] : ['MCPService', [what, ...names]];
      const select = (statuses: readonly Status[]): Status[] =>
        statuses.filter((status) => matches(status, kind, wanted, options.selector));
      await (options.watch ? watch(config, select, options) : once(config, select, wanted, options));
    });
}

async function once(
  config: Config,
  select: (statuses: readonly Status[]) => Status[],
  wanted: readonly string[],
  options: GetOptions,
): Promise<void> {
  const view = await readView(config);
  const found = select(view.statuses);
  reportProblems(view.problems);
  if (view.source === 'look') console.error('no operator is running; this is what exists now');
  const missing = wanted.filter((name) => !found.some(({ metadata }) => metadata.name === name));
  if (found.length > 0 || options.output === 'json' || options.output === 'yaml')
    console.log(await print(found, options.output));
  else if (wanted.length === 0) console.error('nothing is declared');
  if (missing.length === 0) return;
  console.error(`not found: ${missing.join(', ')}`);
  process.exitCode = 1;
}

/** Prints a row whenever it changes, until interrupted. */
async function watch(
  config: Config,
  select: (statuses: readonly Status[]) => Status[],
  options: GetOptions,
): Promise<never> {
  const printed = new Map<string, string>();
  let first = true;
  for (;;) {
    const found = select((await readView(config)).statuses);
    const changed = found.filter((status) => printed.get(status.key) !== fingerprint(status));
    for (const status of changed) printed.set(status.key, fingerprint(status));
    if (changed.length > 0) {
      const text = await print(changed, options.output);
      console.log(first || options.output !== undefined ? text : text.split('\n').slice(1).join('\n'));
      first = false;
    }
    await new Promise((resolve) => setTimeout(resolve, watchMs));
  }
}

function fingerprint({ since: _since, ...status }: Status): string {
  return JSON.stringify(status);
}

function matches(
  { kind, metadata }: Status,
  wantedKind: string | undefined,
  names: readonly string[],
  selector: string | undefined,
): boolean {
  if (wantedKind !== undefined && kind !== wantedKind) return false;
  if (names.length > 0 && !names.includes(metadata.name)) return false;
  return (selector ?? '')
    .split(',')
    .filter((pair) => pair !== '')
    .every((pair) => {
      const [name = '', value] = pair.split('=');
      return value === undefined ? name in metadata.labels : metadata.labels[name] === value;
    });
}

async function print(statuses: readonly Status[], form: GetOptions['output']): Promise<string> {
  if (form === 'json') return JSON.stringify({ items: statuses }, undefined, 2);
  if (form === 'yaml') return (await import('yaml')).stringify({ items: statuses }).trimEnd();
  if (form === 'name') return statuses.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`).join('\n');
  return formatStatuses(statuses, Date.now(), form === 'wide');
}

/** The table of `get`. A service that is not ready has its reason at the end of its line. */
export function formatStatuses(statuses: readonly Status[], nowMs: number, wide: boolean): string {
  const many = new Set(statuses.map(({ metadata }) => metadata.namespace)).size > 1;
  const header = [
    ...(many ? ['NAMESPACE'] : []),
    'NAME',
    'READY',
    'REPLICAS',
    'PROTOCOL',
    'URL',
    'AGE',
    ...(wide ? ['SERVER', 'TOOLS', 'INSTANCES'] : []),
    '',
  ];
  return formatTable(
    header,
    statuses.map((status) => {
      const ready = findCondition(status.conditions, 'Ready');
      const { serverInfo, instances, metadata } = status;
      return [
        ...(many ? [metadata.namespace] : []),
        metadata.name,
        ready?.status ?? 'Unknown',
        `${status.readyReplicas}/${status.replicas}`,
        serverInfo?.protocolVersion ?? '-',
        status.address?.url ?? '-',
        formatAge(status.since, nowMs),
        ...(wide
          ? [
              serverInfo ? `${serverInfo.name} ${serverInfo.version}` : '-',
              String(serverInfo?.tools ?? '-'),
              instances
                .filter(({ type }) => type === 'workload')
                .map(({ id }) => id)
                .join(',') || '-',
            ]
          : []),
        note(status),
      ];
    }),
  );
}

function note({ conditions }: Status): string {
  const ready = findCondition(conditions, 'Ready');
  const rejected = findCondition(conditions, 'Accepted');
  if (rejected?.status === 'False') return `${rejected.reason}: ${rejected.message}`;
  if (ready && ready.status !== 'True') return `${ready.reason}: ${ready.message}`;
  const held = findCondition(conditions, 'Held');
  return held ? `${held.reason}: ${held.message}` : '';
}
