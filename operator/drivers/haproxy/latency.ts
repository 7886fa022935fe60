import { latencyBoundsMs } from '../../core/latency.ts';

/** The table in which the running process counts, by server, how long answers took to begin. */
export const latencyTable = 'mcpnet_latency';

const knownServers = '64k';
/** Also of the counter that follows them: the sum of all times. */
const buckets = latencyBoundsMs.length + 1;

/** HAProxy itself tells averages only; so its own table holds a histogram. One that is asked no more is forgotten. */
export const latencyTableLines: readonly string[] = [
  `backend ${latencyTable}`,
  `  stick-table type string len 64 size ${knownServers} expire 10m store gpc(${buckets + 1})`,
];

/**
 * Rules that count an answer when its header has come: an event stream counts with the time of its beginning. HAProxy
 * cuts times to whole milliseconds, so one of 4 took less than 5.
 */
export const latencyLines: readonly string[] = [
  `  http-response track-sc1 srv_name table ${latencyTable}`,
  ...latencyBoundsMs.map((bound, bucket) => {
    const first = Math.ceil(latencyBoundsMs[bucket - 1] ?? 0);
    return `  http-response sc-inc-gpc(${bucket},1) if { res.timer.hdr ${first}:${Math.ceil(bound) - 1} }`;
  }),
  `  http-response sc-inc-gpc(${buckets - 1},1) if { res.timer.hdr ge ${latencyBoundsMs.at(-1)} }`,
  `  http-response sc-add-gpc(${buckets},1) res.timer.hdr`,
];

/** Counters by name of the server, the sum of all times last, from `show table` (Management Guide, 9.3). */
export function parseLatencies(text: string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    const key = / key=(\S+) /.exec(line)?.[1];
    if (key === undefined) continue;
    const counters = Array.from({ length: buckets + 1 }, () => 0);
    for (const [, index, value] of line.matchAll(/ gpc(\d+)=(\d+)/g)) counters[Number(index)] = Number(value);
    found.set(key, counters);
  }
  return found;
}
