import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../bench/statistics.ts';
import { docker } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { isReady, type TestNetwork } from '../../support/test-network.ts';
import { failureLine, outcome, type Outcome } from '../outcome.ts';
import { hostOf, Replicas } from '../replicas.ts';
import { nowMs, type Failure, type HeldSession, type LoadReport } from '../rig/ledger.ts';
import { startLoad } from '../rig/start-load.ts';
import { both, measureAfter, measureBefore, serve } from '../service.ts';
import type { Size } from '../sizes.ts';

const goalMs = 100;

/** A replica that was killed, and between which moments. */
interface Kill {
  readonly host: string;
  readonly killedMs: number;
  readonly deadMs: number;
}

/** Replicas killed one after the other, of three that hold sessions. */
export async function replicaKilled(net: TestNetwork, size: Size): Promise<Outcome> {
  const events = await net.watchWorld();
  await serve(net, both('app', { port: net.port(0), replicas: 3 }));
  const { stateless, judges, paceMs } = size;
  const sessions = Math.min(size.sessions, 100);
  const load = startLoad({ urls: [net.url(0).href], sessions, stateless, judges, newcomers: 2, paceMs });
  await measureBefore(load, size);
  const kills: Kill[] = [];
  for (let round = 0; round < size.kills; round++) {
    kills.push(await kill(net));
    await load.round();
  }
  await measureAfter(load, size);
  const report = await load.end();
  return judge(report, kills, await Replicas.seen(events, net.operator.log), net);
}

/** Resolves once the operator has made good the loss. */
async function kill(net: TestNetwork): Promise<Kill> {
  const replicas = await Promise.all((await net.containers('app')).map(({ Id }) => docker.getContainer(Id).inspect()));
  // The one that has served longest has gathered the most sessions.
  const victim = replicas.sort((left, right) => (left.State.StartedAt < right.State.StartedAt ? -1 : 1))[0];
  if (!victim) throw new Error('there is no replica to kill');
  const killed = docker.getContainer(victim.Id);
  const { StartedAt: before, Pid: pid } = victim.State;
  const killedMs = nowMs();
  const [deadMs] = await Promise.all([untilDead(pid), killed.kill({ signal: 'SIGKILL' })]);
  await eventually(
    async () => {
      const containers = await net.containers('app');
      const same = containers.find(({ Id }) => Id === victim.Id);
      const isNew = !same || (await killed.inspect()).State.StartedAt !== before;
      const running = containers.filter(({ State }) => State === 'running').length;
      const rows = await net.haproxy.servers('app');
      const up = rows.filter(({ status }) => status?.startsWith('UP')).length;
      return isNew && running === 3 && up === 3 && rows.length === 3 && isReady(await net.status('app'));
    },
    { timeoutMs: 60_000 },
  );
  return { host: hostOf({ containerId: victim.Id }), killedMs, deadMs };
}

/** Resolves with the time at which a container's first process was gone, and by that all of its processes. */
async function untilDead(pid: number): Promise<number> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // proc(5): the state follows the name, which is in brackets. Z and X have closed their sockets.
    if (!/\) [^ZX]/.test(state)) return nowMs();
    await delay(1);
  }
}

function judge(report: LoadReport, kills: readonly Kill[], replicas: Replicas, net: TestNetwork): Outcome {
  const diedMs = ({ host, killedMs }: Kill): number => replicas.at(host, 'die', killedMs) ?? Number.NaN;
  /** Whether it was the session's own replica that was killed, while it held the session. */
  const endedBy = ({ replica, sinceMs }: HeldSession, atMs: number): boolean =>
    kills.some(({ host, killedMs, deadMs }) => host === replica && sinceMs <= deadMs && killedMs <= atMs);
  const isInFlight = ({ startedMs, endedMs }: Failure): boolean =>
    kills.some(({ killedMs, deadMs }) => startedMs <= deadMs && endedMs >= killedMs);
  const inFlight = report.failures.filter(isInFlight);
  const late = report.failures.filter((failure) => !isInFlight(failure));
  // A session of the dead replica that is told of its end by anything but a 404: its own loss, and nobody else's.
  const untold = late.filter(({ session, startedMs }) => session !== undefined && endedBy(session, startedMs));
  const failures = late.filter((failure) => !untold.includes(failure));
  const lost = report.ended.filter(({ session, endedMs }) => !endedBy(session, endedMs));
  const goneMs = report.ended.map(({ startedMs, endedMs }) => endedMs - startedMs);
  const lateLandings = kills.map((each) => landingsAfter(report, each, diedMs(each), replicas));
  const routedAwayMs = kills.map((each) => routedAway(net, each, diedMs(each)));
  const openings = kills.flatMap((each) =>
    report.landings
      .filter(({ startedMs }) => startedMs > diedMs(each) && startedMs < diedMs(each) + 2_000)
      .map(({ startedMs, endedMs }) => endedMs - startedMs),
  );
  const p99 = percentile(goneMs, 0.99);
  const lateCount = lateLandings.reduce((sum, each) => sum + each, 0);
  const what = `a replica of three killed, ${kills.length} times`;
  return outcome(
    what,
    report,
    { failures, lost },
    {
      findings: [
        { what: `${what}: requests in flight on it`, unit: 'count', ours: inFlight.length },
        {
          what: `${what}: its sessions told by something else than 404`,
          unit: 'count',
          ours: untold.length,
          goal: { text: '0', isMet: untold.length === 0 },
        },
        { what: `${what}: 404 to its ${goneMs.length} sessions, p50`, unit: 'ms', ours: percentile(goneMs, 0.5) },
        {
          what: `${what}: the same, p99`,
          unit: 'ms',
          ours: p99,
          goal: { text: `<= ${goalMs} ms`, isMet: p99 <= goalMs },
        },
        { what: `${what}: the same, most`, unit: 'ms', ours: percentile(goneMs, 1) },
        {
          what: `${what}: new sessions on it later than ${goalMs} ms after its end`,
          unit: 'count',
          ours: lateCount,
          goal: { text: '0', isMet: lateCount === 0 },
        },
        { what: `${what}: its end to its server's removal, most`, unit: 'ms', ours: Math.max(...routedAwayMs) },
        { what: `${what}: new sessions within 2 s of it, most`, unit: 'ms', ours: percentile(openings, 1) },
      ],
      notes: [
        ...inFlight.slice(0, 5).map(({ client, what }) => `in flight: ${client}: ${what}`),
        ...untold.slice(0, 5).map((each) => `told otherwise: ${failureLine(each)}`),
      ],
      samples: { goneMs, routedAwayMs, openings, kills, untold },
    },
  );
}

/** Sessions that began on it after its end and before it ran again, a moment's grace aside. */
function landingsAfter(report: LoadReport, { host }: Kill, diedMs: number, replicas: Replicas): number {
  const againMs = replicas.at(host, 'start', diedMs) ?? Infinity;
  return report.landings.filter(
    ({ replica, endedMs }) => replica === host && endedMs > diedMs + goalMs && endedMs < againMs,
  ).length;
}

/** From the engine's word until the operator had told HAProxy. */
function routedAway(net: TestNetwork, { killedMs }: Kill, diedMs: number): number {
  const entry = net.operator.log.find(
    ({ message, item, timestamp }) =>
      message === 'done' && String(item).startsWith('server/') && Date.parse(String(timestamp)) >= killedMs,
  );
  return entry ? Date.parse(String(entry['timestamp'])) - diedMs : Number.NaN;
}
