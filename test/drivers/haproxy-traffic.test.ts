import { expect } from 'chai';
import { latencyBoundsMs } from '../../operator/core/latency.ts';
import { parseCounters } from '../../operator/drivers/haproxy/counters.ts';
import type { Model, ServerEntry } from '../../operator/drivers/haproxy/model.ts';
import { HaproxyTraffic } from '../../operator/drivers/haproxy/traffic.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const buckets = latencyBoundsMs.length + 1;

interface Told {
  readonly pid?: number;
  readonly uptimeS?: number;
  readonly requests?: number;
  readonly failed?: number;
  /** Answers of 5xx in front of the backend. */
  readonly unserved?: number;
  readonly open?: number;
  /** Answers by bucket. */
  readonly times?: Readonly<Record<number, number>>;
}

/** As HAProxy 3.0 prints it; columns that nobody reads are left out, words with commas come last. */
function told({
  pid = 8,
  uptimeS = 1_000,
  requests = 0,
  failed = 0,
  unserved = 0,
  open = 0,
  times = {},
}: Told): string {
  const gpc = Object.entries(times).map(([index, count]) => `gpc${index}=${count}`);
  return `Name: HAProxy
Pid: ${pid}
Uptime_sec: ${uptimeS}

# table: mcpnet_latency, type: string, size:65536, used:1
0x7f11eda68838: key=abc-1 use=0 exp=599878 shard=0 ${gpc.join(' ')}

# pxname,svname,scur,stot,econ,eresp,hrsp_5xx,last_chk,
files,FRONTEND,9,0,,,${failed + unserved},,
files,abc-1,${open},${requests},0,0,${failed},"down, they say",
files,BACKEND,${open},${requests},0,0,${failed},,
`;
}

/** A service of one replica, of which only these fields are read here. */
const server = {
  id: 'files-1',
  owner: 'MCPService/default/files',
  spec: { instance: 'abc-1', backend: 'files', address: '10.0.0.1', port: 3000, countsSessions: true },
} as ServerEntry;
const model = {
  backends: new Map([['files', { id: 'files', owner: server.owner }]]),
  servers: new Map([['files-1', server]]),
} as unknown as Model;

describe('traffic', () => {
  const key = server.owner;
  let clock: ManualClock;
  let now: string | Error;
  let asked: string[];
  let sessions: number | undefined;
  let looks: number;
  let traffic: HaproxyTraffic;

  beforeEach(() => {
    clock = new ManualClock();
    now = told({});
    asked = [];
    sessions = undefined;
    looks = 0;
    const counters = async (): Promise<ReturnType<typeof parseCounters>[]> => {
      looks++;
      if (now instanceof Error) throw now;
      return [parseCounters(now)];
    };
    traffic = new HaproxyTraffic({
      balancers: async () => [{ id: 'default', model, counters }],
      clock,
      signal: new AbortController().signal,
      countSessions: async (address) => {
        asked.push(address);
        return sessions;
      },
    });
  });

  async function after(ms: number, text: string | Error): Promise<void> {
    await clock.advance(ms);
    now = text;
    await traffic.look();
    await clock.advance(0);
  }

  it('is told by the key of the service and the name of the container', async () => {
    await after(0, told({ requests: 5, open: 2 }));
    expect(traffic.service(key)).to.include({ requests: 5, sessions: 2, requestsPerSecond: 0 });
    expect(traffic.instance('files-1')).to.include({ requests: 5, sessions: 2 });
    expect(traffic.service('MCPService/default/other')).to.equal(undefined);
  });

  it('has rates over ten seconds', async () => {
    await after(0, told({ requests: 100 }));
    await after(5_000, told({ requests: 150, failed: 5, unserved: 10 }));
    expect(traffic.service(key)).to.include({ requestsPerSecond: 12, errorsPerSecond: 3, requests: 160, errors: 15 });
    await after(10_000, told({ requests: 160, failed: 5, unserved: 10 }));
    expect(traffic.service(key)).to.include({ requestsPerSecond: 1, errorsPerSecond: 0 });
    await after(10_000, told({ requests: 160, failed: 5, unserved: 10 }));
    expect(traffic.service(key)).to.include({ requestsPerSecond: 0, requests: 170 });
  });

  it('has percentiles of the last minute', async () => {
    await after(0, told({ requests: 10, times: { 13: 10 } }));
    expect(traffic.service(key)).not.to.have.property('p50Ms');
    await after(10_000, told({ requests: 110, times: { 13: 10, 3: 100 } }));
    expect(traffic.service(key)).to.include({ p50Ms: 7.5, p95Ms: 9.75, p99Ms: 9.95 });
    expect(traffic.instance('files-1')).to.include({ p50Ms: 7.5 });
    for (let look = 0; look < 6; look++) await after(10_000, told({ requests: 110, times: { 13: 10, 3: 100 } }));
    expect(traffic.service(key)).not.to.have.property('p50Ms');
  });

  it('takes no answer for no answer: what was counted long ago is not counted again', async () => {
    await after(0, told({ requests: 100 }));
    await after(10_000, told({ requests: 110 }));
    await after(10_000, '');
    expect(traffic.service(key)).to.include({ requestsPerSecond: 0, requests: 110 });
    await after(10_000, told({ requests: 120 }));
    expect(traffic.service(key)).to.include({ requestsPerSecond: 1, requests: 120 });
    expect(traffic.counted(key)).to.include({ requests: 20 });
  });

  it('goes on where HAProxy was reloaded and counts from nothing', async () => {
    await after(0, told({ requests: 100, times: { 3: 100 } }));
    await after(10_000, told({ pid: 9, requests: 120, times: { 3: 120 } }));
    expect(traffic.service(key)).to.include({ requests: 220, requestsPerSecond: 12 });
    await after(10_000, told({ pid: 9, requests: 20, times: { 3: 20 } }));
    expect(traffic.service(key)).to.include({ requests: 240, requestsPerSecond: 2 });
  });

  it('counts only what came since somebody looked, for those who add up', async () => {
    await after(0, told({ requests: 100, failed: 3, times: { 3: 100, [buckets]: 900 } }));
    await after(10_000, told({ requests: 102, failed: 4, times: { 3: 101, 12: 1, [buckets]: 5_907 } }));
    const { latency, ...rest } = traffic.counted(key) ?? {};
    expect(rest).to.deep.equal({ sessions: 0, requests: 2, errors: 1 });
    const counts = Array.from({ length: buckets }, (_, at) => (at === 3 || at === 12 ? 1 : 0));
    expect([Array.from(latency?.counts ?? []).slice(0, buckets), latency?.sumMs]).to.deep.equal([counts, 5_007]);
  });

  it('counts everything of a HAProxy that began after it', async () => {
    await after(30_000, told({ uptimeS: 20, requests: 12, times: { 3: 12 } }));
    expect(traffic.counted(key)).to.include({ requests: 12 });
    expect(traffic.service(key)).to.include({ requests: 12 });
  });

  it('is silent, and not wrong, while HAProxy cannot be asked', async () => {
    await after(0, told({ requests: 100 }));
    await after(10_000, told({ requests: 200, open: 3 }));
    await after(10_000, new Error('refused'));
    expect(traffic.service(key)).to.include({ requests: 200, requestsPerSecond: 0, sessions: 0 });
    await after(10_000, told({ pid: 9, requests: 50 }));
    expect(traffic.service(key)).to.include({ requests: 250, requestsPerSecond: 5 });
  });

  it('has the sessions that a replica tells, and asks one that is idle no more', async () => {
    sessions = 4;
    await after(0, told({ requests: 1, open: 1 }));
    expect(traffic.service(key)).to.include({ sessions: 4 });
    sessions = 0;
    await after(10_000, told({ requests: 1 }));
    expect(traffic.instance('files-1')).to.include({ sessions: 0 });
    await after(10_000, told({ requests: 1 }));
    expect(asked).to.have.lengthOf(2);
    sessions = 1;
    await after(10_000, told({ requests: 2 }));
    expect([traffic.service(key)?.sessions, asked.length]).to.deep.equal([1, 3]);
  });

  it('is looked at only while somebody wants to know, as often as the most impatient', async () => {
    await clock.advance(60_000);
    expect(looks).to.equal(0);
    const patient = traffic.subscribe(() => undefined, 10_000);
    await clock.advance(30_000);
    expect(looks).to.equal(4);
    let calls = 0;
    const impatient = traffic.subscribe(() => calls++);
    await clock.advance(10_000);
    expect([looks, calls]).to.deep.equal([10, 6]);
    impatient();
    await clock.advance(32_000);
    expect([looks, calls]).to.deep.equal([14, 6]);
    patient();
    await clock.advance(60_000);
    expect(looks).to.equal(14);
  });
});
