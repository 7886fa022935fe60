import { latencyBoundsMs } from '../../../operator/core/latency.ts';
import { parseCounters, type Counters } from '../../../operator/drivers/haproxy/counters.ts';
import type { Model, ServerEntry } from '../../../operator/drivers/haproxy/model.ts';
import type { Counting } from '../../../operator/drivers/haproxy/traffic.ts';
import { nameOf } from '../scale/rig.ts';

const replicas = 2;
/** As HAProxy 3.0 prints it: a hundred columns, most of them of no interest. */
const names = 'pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp'.split(',');
const columns = [
  ...names,
  ...Array.from({ length: 24 }, (_, at) => `x${at}`),
  'hrsp_5xx',
  ...Array.from({ length: 60 }, (_, at) => `y${at}`),
];

/** A HAProxy with so many services, all of which get requests all the time; it answers with as much text as a real one. */
export function busyBalancer(services: number): Counting {
  const indexes = Array.from({ length: services }, (_, index) => index);
  const entries = indexes.flatMap((index) =>
    Array.from({ length: replicas }, (_, replica) => {
      const backend = nameOf(index);
      const instance = `${backend}-${replica}`;
      const spec = { instance, backend, address: '10.0.0.1', port: 3000, countsSessions: false };
      // Only these fields are read by those who count.
      return { id: instance, owner: keyOf(index), spec } as ServerEntry;
    }),
  );
  const model = {
    backends: new Map(indexes.map((index) => [nameOf(index), { id: nameOf(index), owner: keyOf(index) }])),
    servers: new Map(entries.map((entry) => [entry.id, entry])),
  } as unknown as Model;
  let looks = 0;
  return { id: 'default', model, counters: async () => [countersAfter(++looks, indexes)] };
}

function countersAfter(looks: number, indexes: readonly number[]): Counters {
  const rows = indexes.flatMap((index) => {
    const name = nameOf(index);
    const row = (of: string, requests: number): string => {
      const cells = columns.map(() => '0');
      [cells[0], cells[1], cells[7]] = [name, of, String(requests)];
      return cells.join(',');
    };
    const servers = Array.from({ length: replicas }, (_, replica) => row(`${name}-${replica}`, looks * 50));
    return [row('FRONTEND', looks * 100), ...servers, row('BACKEND', looks * 100)];
  });
  const counters = latencyBoundsMs.map((_, bucket) => `gpc${bucket}=${looks * 4}`).join(' ');
  const table = indexes.flatMap((index) =>
    Array.from(
      { length: replicas },
      (_, replica) => `0x7f: key=${nameOf(index)}-${replica} use=0 exp=1 shard=0 ${counters}`,
    ),
  );
  return parseCounters(
    `Pid: 8\n\n# table: mcpnet_latency\n${table.join('\n')}\n\n# ${columns.join(',')}\n${rows.join('\n')}\n`,
  );
}

function keyOf(index: number): string {
  return `MCPService/default/${nameOf(index)}`;
}
