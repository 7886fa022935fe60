import { setTimeout as delay } from 'node:timers/promises';
import { pssOf } from '../../support/marked-processes.ts';
import { BenchSession } from '../bridge/session.ts';
import { bridge, stopSubjects, supergateway, type Subject } from '../bridge/subjects.ts';
import type { Finding, RowResult } from '../report.ts';

/** Proportional set sizes in bytes. */
interface Held {
  readonly fresh: number;
  readonly worked: number;
  readonly own: number;
  readonly processes: number;
}

const sessions = 20;
const roundsOfWork = 100;
const payload = 'x'.repeat(20_000);
const settleMs = 5_000;
const megabyte = 2 ** 20;

/** What 20 held sessions take, each with a process of its own: just opened, and after some work. */
export async function bridgeMemory(quick: boolean): Promise<RowResult> {
  try {
    const ours = await hold(await bridge([]), quick);
    const peer = await hold(await supergateway(), quick);
    const what = `bridge, session: ${sessions} sessions held, PSS of all processes`;
    return {
      findings: [
        finding(what, ours.fresh, peer.fresh),
        finding(`${what}, each after ${roundsOfWork} x (tools/list, echo of 20 kB)`, ours.worked, peer.worked),
        finding('of which the bridge itself', ours.own, peer.own, false),
      ],
      notes: [
        `ours ${ours.processes} processes (bridge, ${sessions} servers, 1 spare), supergateway ${peer.processes} (each server with a shell)`,
      ],
      samples: { ours, supergateway: peer },
    };
  } finally {
    await stopSubjects();
  }
}

function finding(what: string, ours: number, peer: number, hasGoal = true): Finding {
  const ratio = ours / peer;
  return {
    what,
    unit: 'MB',
    ours: ours / megabyte,
    peer: { name: 'supergateway', value: peer / megabyte },
    ratio,
    ...(hasGoal && { goal: { text: '<= 1/2 of supergateway', isMet: ratio <= 0.5 } }),
  };
}

async function work(session: BenchSession): Promise<void> {
  await session.ask('tools/list', {});
  await session.ask('tools/call', { name: 'echo', arguments: { message: payload } });
}

async function hold(subject: Subject, quick: boolean): Promise<Held> {
  const opened: BenchSession[] = [];
  // One after the other, so that all are in the same state at the end.
  for (let n = 0; n < sessions; n++) opened.push(await BenchSession.open(subject.base));
  await delay(settleMs);
  const pids = subject.processes();
  const [fresh, own] = [pssOf(pids), pssOf([subject.pid])];
  for (let n = 0; n < (quick ? 20 : roundsOfWork); n++) {
    await Promise.all(opened.map(work));
  }
  await delay(settleMs);
  const worked = pssOf(subject.processes());
  await Promise.all(opened.map((session) => session.end()));
  await subject.stop();
  return { fresh, worked, own, processes: pids.length };
}
