import { latencyTable, parseLatencies } from './latency.ts';

/** What one row of the statistics counts; of what is not counted there, 0. */
export interface RowCounters {
  /** Open now. */
  readonly open: number;
  readonly requests: number;
  readonly answered5xx: number;
  /** Connections to a server that could not be made, and answers of it that broke. */
  readonly broken: number;
}

/** Everything that a HAProxy has counted, as of one look. */
export interface Counters {
  /** Name of the place at which the process runs, where there are several; one that takes over there is another process. */
  readonly place?: string;
  /** Another one after every reload and restart, with which all counters begin anew; `''` if it is not told. */
  readonly process: string;
  /** How long it has been counting, in seconds; not known of one that is out of reach. */
  readonly uptimeS: number | undefined;
  readonly frontends: ReadonlyMap<string, RowCounters>;
  readonly backends: ReadonlyMap<string, RowCounters>;
  /** By name of the server, which is unique per start of a container. */
  readonly servers: ReadonlyMap<string, RowCounters & { readonly backend: string }>;
  /** Histograms of times by name of the server; see `latency.ts`. */
  readonly latencies: ReadonlyMap<string, readonly number[]>;
}

/** One exchange, whatever the number of services (Management Guide, "show stat": -1 every proxy, 7 all types, -1 every server). */
export const countersCommand = `show info; show table ${latencyTable}; show stat -1 7 -1`;

/**
 * @param text answers to {@link countersCommand}, or the statistics as CSV alone
 * @throws Error if there are none: a process that is ending may close without a word, and has counted all the same
 */
export function parseCounters(text: string): Counters {
  const statistics = text.indexOf('# pxname,');
  if (statistics < 0) throw new Error(`HAProxy answers without statistics: ${text.slice(0, 100)}`);
  const before = text.slice(0, statistics);
  return {
    process: /^Pid: (\d+)$/m.exec(before)?.[1] ?? '',
    uptimeS: numberIn(/^Uptime_sec: (\d+)$/m.exec(before)?.[1]),
    ...parseRows(text.slice(statistics)),
    latencies: parseLatencies(before),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function parseRows(csv: string): Pick<Counters, 'frontends' | 'backends' | 'servers'> {
  const [header = '', ...lines] = csv.split('\n');
  const names = header.replace(/^# /, '').split(',');
  const at = {
    name: names.indexOf('svname'),
    open: names.indexOf('scur'),
    requests: names.indexOf('stot'),
    unreached: names.indexOf('econ'),
    broken: names.indexOf('eresp'),
    answered5xx: names.indexOf('hrsp_5xx'),
  };
  const last = Math.max(...Object.values(at));
  const frontends = new Map<string, RowCounters>();
  const backends = new Map<string, RowCounters>();
  const servers = new Map<string, RowCounters & { readonly backend: string }>();
  for (const line of lines) {
    if (line === '') continue;
    // Words of servers, in which there may be commas, stand further behind.
    const cells = line.split(',', last + 1);
    const [backend = ''] = cells;
    const name = cells[at.name] ?? '';
    const counters = {
      open: Number(cells[at.open]),
      requests: Number(cells[at.requests]),
      answered5xx: Number(cells[at.answered5xx]),
      broken: Number(cells[at.unreached]) + Number(cells[at.broken]),
    };
    if (name === 'FRONTEND') frontends.set(backend, counters);
    else if (name === 'BACKEND') backends.set(backend, counters);
    else servers.set(name, { ...counters, backend });
  }
  return { frontends, backends, servers };
}
