import { InvalidArgumentError, type Command } from 'commander';
import type { InstanceLine } from '../api/follow.ts';
import { readConfig, type Config, type Flags } from '../config.ts';
import { parseKey } from '../core/resource.ts';
import type { Status } from '../engine/status.ts';
import { readView } from './client.ts';
import { durationMs } from './duration.ts';
import { createLinePrinter } from './log-line.ts';
import { paintFor } from './paint.ts';

interface LogsOptions extends Flags {
  readonly follow?: boolean;
  readonly tail: number;
  readonly since?: string;
  readonly instance?: string;
  readonly prefix?: boolean;
  readonly timestamps?: boolean;
  readonly namespace?: string;
}

/** What is read: one instance, or all of a service. */
interface Read {
  readonly path: string;
  readonly ids: readonly string[];
}

export function logsCommand(program: Command): void {
  program
    .command('logs')
    .description('what the replicas of a service print, one after the other by time; or what one instance prints')
    .argument('<name>', 'a service, or an instance of a service or of the infrastructure')
    .option('-f, --follow', 'go on with what is printed from now on, by replicas that come later, too')
    .option('--tail <lines>', 'how many of the last lines', lineCount, 100)
    .option('--since <duration>', 'only what was printed in the last 10m, 2h, ...', since)
    .option('--instance <id>', 'only this replica of the service: its id, the end of it, or its number')
    .option('--prefix', 'which replica printed a line (the default where there are several)')
    .option('--no-prefix', 'never say which replica printed a line')
    .option('--timestamps', 'when the engine got a line')
    .option('-n, --namespace <namespace>', 'where the service is declared, if the name alone does not tell')
    .action(async (name: string, _options: LogsOptions, command: Command) => {
      const options = command.optsWithGlobals<LogsOptions>();
      const config = readConfig(options);
      const { statuses, source } = await readView(config);
      const read = find(statuses, name, options);
      const print = createLinePrinter(read.ids.length, options, paintFor(process.stdout));
      const take = (line: InstanceLine): void => void process.stdout.write(print(line));
      await (source === 'operator'
        ? throughOperator(config, read, options, take)
        : throughEngine(config, read, options, take));
    });
}

/** @throws Error that says what there is */
function find(statuses: readonly Status[], name: string, { instance, namespace }: LogsOptions): Read {
  const replicas = (status: Status): string[] =>
    status.instances.flatMap(({ type, id }) => (type === 'workload' ? [id] : []));
  const path = (id: string): string => `/api/v1/instances/${encodeURIComponent(id)}/logs`;
  const plain = name.replace(/^[a-z]+\//i, '');
  const services = statuses.filter(
    ({ kind, metadata }) =>
      kind === 'MCPService' && metadata.name === plain && (namespace ?? metadata.namespace) === metadata.namespace,
  );
  const [service, another] = services;
  if (another)
    throw new Error(
      `there are several services named "${plain}", in the namespaces ${services.map(({ metadata }) => metadata.namespace).join(', ')}; name one: --namespace NAMESPACE`,
    );
  if (!service) {
    if (statuses.some((status) => replicas(status).includes(plain))) return { path: path(plain), ids: [plain] };
    const names = statuses.flatMap(({ kind, metadata }) => (kind === 'MCPService' ? [metadata.name] : []));
    throw new Error(
      `there is no service and no instance named "${plain}"; there are: ${names.join(', ') || 'none'} (mcpnet get instances lists the instances)`,
    );
  }
  const ids = replicas(service);
  const { namespace: of, name: called } = parseKey(service.key);
  if (instance === undefined) {
    if (ids.length === 0)
      throw new Error(`${called} has no replica that could have printed anything; mcpnet describe ${called} says why`);
    return { path: `/api/v1/services/${of}/${called}/logs`, ids };
  }
  const id = ids.find((each) => each === instance || each.endsWith(`-${instance}`));
  if (id === undefined) throw new Error(`${called} has no replica ${instance}; there are: ${ids.join(', ') || 'none'}`);
  return { path: path(id), ids: [id] };
}

async function throughOperator(
  config: Config,
  { path }: Read,
  { tail, follow, since }: LogsOptions,
  take: (line: InstanceLine) => void,
): Promise<void> {
  const { readStream } = await import('./stream.ts');
  const query = new URLSearchParams({
    tail: String(tail),
    follow: String(follow ?? false),
    ...(since !== undefined && { since }),
  });
  // The shape that logs.ts of the API sends.
  for await (const { data } of readStream(config, `${path}?${query.toString()}`)) take(data as InstanceLine);
}

/** Without an operator: what ran goes on, and the engine keeps what it prints. */
async function throughEngine(
  config: Config,
  { ids }: Read,
  { tail, follow, since }: LogsOptions,
  take: (line: InstanceLine) => void,
): Promise<void> {
  const { openPlatform } = await import('../platforms/open.ts');
  const { follow: followAll, lastLines } = await import('../api/follow.ts');
  const { systemClock } = await import('../ports/clock.ts');
  const { redactLogs } = await import('../redaction.ts');
  const platform = await openPlatform(config);
  await platform.secrets.learn?.();
  const logs = redactLogs(platform.logs, platform.secrets.redact);
  const { signal } = new AbortController();
  const from = since === undefined ? undefined : new Date(Date.now() - durationMs(since)).toISOString();
  const start = new Date().toISOString().replace('Z', '000000Z');
  const lines = await lastLines(logs, ids, { tail, ...(from !== undefined && { since: from }) }, signal);
  for (const line of lines) take(line);
  if (!follow) return;
  const last = new Map(ids.map((id) => [id, lines.findLast(({ instance }) => instance === id)?.at ?? start]));
  await followAll(
    { logs, clock: systemClock, ids: () => ids, take: (line) => Promise.resolve(take(line)), signal },
    last,
  );
}

function lineCount(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 10_000) return Number(text);
  throw new InvalidArgumentError('Write a number of lines, at most 10000.');
}

/** Checked here, and understood by who keeps the lines. */
function since(text: string): string {
  durationMs(text);
  return text.replaceAll(/(\d+(?:\.\d+)?)d/g, (_all, days: string) => `${Number(days) * 24}h`);
}
