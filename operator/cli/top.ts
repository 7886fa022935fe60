import { Argument, type Command } from 'commander';
import type { InstanceView, TrafficView } from '../api/shapes.ts';
import { readConfig, type Config, type Flags } from '../config.ts';
import { displayKey, parseKey, type ResourceKey } from '../core/resource.ts';
import type { OpenedPlatform } from '../platforms/opened-platform.ts';
import type { Usage } from '../ports/usage.ts';
import { readInstances, readServices, readView } from './client.ts';
import { addOutputOptions, formatList, type Listing, type OutputOptions } from './output.ts';

interface TopOptions extends Flags, OutputOptions {
  readonly watch?: boolean;
  readonly namespace?: string;
}

/** What a service or an instance does and takes. What is not known is absent. */
export interface Load {
  readonly name: string;
  readonly owner: ResourceKey;
  readonly traffic?: TrafficView;
  readonly cores?: number;
  readonly memoryBytes?: number;
}

/** Traffic is counted while somebody wants to know: from the second look on there are rates. */
const firstLooksMs = 2_500;
const watchMs = 2_000;

export function topCommand(program: Command): void {
  const top = program
    .command('top')
    .description('what services or instances do and take: sessions, requests, times, errors, processor and memory')
    .addArgument(
      new Argument('[what]', 'services, or the instances of everything')
        .choices(['services', 'instances'])
        .default('services'),
    )
    .option('-n, --namespace <namespace>', 'only of this namespace')
    .option('-w, --watch', 'again every two seconds');
  addOutputOptions(top).action(async (what: 'services' | 'instances', _options: TopOptions, command: Command) => {
    const options = command.optsWithGlobals<TopOptions>();
    const config = readConfig(options);
    const isCounted = await countTraffic(config);
    if (!isCounted) console.error('no operator is running, and nobody counts requests; this is what containers take');
    for (;;) {
      const loads = (await look(config, what)).filter(
        ({ owner }) => (options.namespace ?? parseKey(owner).namespace) === parseKey(owner).namespace,
      );
      const text = await formatList(loads, loadListing, options);
      // On a terminal in place of the last one: home, and clear what follows (ECMA-48 CUP and ED).
      console.log(options.watch && process.stdout.isTTY ? `\u001b[H\u001b[2J${text}` : text);
      if (!options.watch) return;
      await new Promise((resolve) => setTimeout(resolve, watchMs));
    }
  });
}

export const loadListing: Listing<Load> = {
  nameOf: ({ name }) => name,
  columns: [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'OF', isWide: true, cell: ({ owner }) => displayKey(owner) },
    { title: 'SESSIONS', cell: ({ traffic }) => shown(traffic?.sessions) },
    { title: 'REQUESTS/S', cell: ({ traffic }) => shown(traffic?.requestsPerSecond, 1) },
    { title: 'P50', cell: ({ traffic }) => shown(traffic?.p50Ms, 1, 'ms') },
    { title: 'P95', cell: ({ traffic }) => shown(traffic?.p95Ms, 1, 'ms') },
    { title: 'P99', cell: ({ traffic }) => shown(traffic?.p99Ms, 1, 'ms') },
    { title: 'ERRORS/S', cell: ({ traffic }) => shown(traffic?.errorsPerSecond, 1) },
    { title: 'REQUESTS', isWide: true, cell: ({ traffic }) => shown(traffic?.requests) },
    { title: 'ERRORS', isWide: true, cell: ({ traffic }) => shown(traffic?.errors) },
    { title: 'CPU', cell: ({ cores }) => shown(cores === undefined ? undefined : cores * 1000, 0, 'm') },
    {
      title: 'MEMORY',
      cell: ({ memoryBytes }) => shown(memoryBytes === undefined ? undefined : memoryBytes / 2 ** 20, 0, 'Mi'),
    },
  ],
};

/** As kubectl writes quantities: `250m` of a core, `120Mi`. */
function shown(value: number | undefined, digits = 0, unit = ''): string {
  return value === undefined ? '-' : `${value.toFixed(digits)}${unit}`;
}

/** Has the operator count for as long as this command runs; false if none runs. */
async function countTraffic(config: Config): Promise<boolean> {
  if (!(await readServices(config))) return false;
  const { readStream } = await import('./stream.ts');
  let looks = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, firstLooksMs);
    const listen = async (): Promise<void> => {
      // Read on without end: while somebody reads the news, traffic is counted.
      for await (const { name } of readStream(config, '/api/v1/events/stream')) {
        if (name !== 'traffic' || ++looks < 2) continue;
        clearTimeout(timer);
        resolve();
      }
    };
    // An operator that ends is noticed by the next look.
    listen()
      .catch(() => undefined)
      .finally(resolve);
  });
  return true;
}

async function look(config: Config, what: 'services' | 'instances'): Promise<Load[]> {
  const { openPlatform } = await import('../platforms/open.ts');
  const usages = new Map((await usageOn(await openPlatform(config))).map((usage) => [usage.id, usage]));
  const [services, instances] = await Promise.all([readServices(config), readInstances(config)]);
  if (what === 'instances')
    return (services ? instances : await withoutOperator(config)).map((each) =>
      loadOf(each.id, each.owner, each.traffic, [each], usages),
    );
  if (services)
    return services.map(({ name, key, traffic, instances: own }) => loadOf(name, key, traffic, own, usages));
  const all = await withoutOperator(config);
  const keys = [...new Set(all.map(({ owner }) => owner))].filter((key) => parseKey(key).kind === 'MCPService');
  return keys.map((key) =>
    loadOf(
      parseKey(key).name,
      key,
      undefined,
      all.filter(({ owner }) => owner === key),
      usages,
    ),
  );
}

let hasComplained = false;

/** Where nobody measures it there are the sessions and requests still. */
async function usageOn({ name, usage }: Pick<OpenedPlatform, 'name' | 'usage'>): Promise<readonly Usage[]> {
  try {
    return await usage();
  } catch (error) {
    if (name === 'docker') throw error;
    if (!hasComplained) console.error(error instanceof Error ? error.message : String(error));
    hasComplained = true;
    return [];
  }
}

async function withoutOperator(config: Config): Promise<Pick<InstanceView, 'id' | 'owner' | 'traffic'>[]> {
  const { instancesOf } = await import('./instance-table.ts');
  return instancesOf((await readView(config)).statuses).map(({ id, owner }) => ({ id, owner }));
}

function loadOf(
  name: string,
  owner: ResourceKey,
  traffic: TrafficView | undefined,
  instances: readonly { readonly id: string }[],
  usages: ReadonlyMap<string, Usage>,
): Load {
  const own = instances.flatMap(({ id }) => usages.get(id) ?? []);
  const sum = (field: 'cores' | 'memoryBytes'): number => own.reduce((total, usage) => total + usage[field], 0);
  return {
    name,
    owner,
    ...(traffic && { traffic }),
    ...(own.length > 0 && { cores: sum('cores'), memoryBytes: sum('memoryBytes') }),
  };
}
