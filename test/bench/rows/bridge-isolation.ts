import { fileURLToPath } from 'node:url';
import { BenchSession } from '../bridge/session.ts';
import { bridge, stopSubjects, type CommandLine } from '../bridge/subjects.ts';
import type { RowResult } from '../report.ts';

const sessions = 20;
const callsAtOnce = 10;
const longestDelayMs = 5;
const toy: CommandLine = [
  process.execPath,
  fileURLToPath(new URL('../../bridge/fixtures/toy-server.ts', import.meta.url)),
];

/** Whether every answer is the right one and comes to the one who asked, 100,000 times in each isolation. */
export async function bridgeIsolation(quick: boolean): Promise<RowResult> {
  const calls = quick ? 10_000 : 100_000;
  try {
    const results = [await measure('shared', calls), await measure('session', calls)];
    return {
      findings: results.map(({ isolation, wrong }) => ({
        what: `bridge, ${isolation}: foreign, wrong or lost answers in ${calls} calls of ${sessions} sessions`,
        unit: 'count',
        ours: wrong.length,
        goal: { text: '0', isMet: wrong.length === 0 },
      })),
      notes: [
        `all sessions count their requests from 1, ${callsAtOnce} at once each; the server answers out of order, 0 to ${longestDelayMs} ms late`,
        ...results.map(
          ({ isolation, perSecond }) => `${isolation}: ${perSecond.toFixed(0)} calls/s, checking included`,
        ),
      ],
      samples: Object.fromEntries(results.map((result) => [result.isolation, result])),
    };
  } finally {
    await stopSubjects();
  }
}

async function measure(isolation: 'shared' | 'session', calls: number) {
  const subject = await bridge(['--isolation', isolation], toy);
  const opened = await Promise.all(Array.from({ length: sessions }, () => BenchSession.open(subject.base)));
  const wrong: string[] = [];
  const startedMs = performance.now();
  const callers = opened.flatMap((session, n) =>
    Array.from({ length: callsAtOnce }, async (_, caller) => {
      for (let round = 0; round < calls / sessions / callsAtOnce; round++) {
        const payload = `${isolation} ${n} ${caller} ${round} ${Math.random()}`;
        const fault = await check(session, payload).catch((error: Error) => error.message);
        if (fault !== undefined) wrong.push(`${payload}: ${fault}`);
      }
    }),
  );
  await Promise.all(callers);
  const perSecond = calls / ((performance.now() - startedMs) / 1000);
  await subject.stop();
  return { isolation, perSecond, wrong };
}

/** What is wrong with the answer to a call that asks for its own words; undefined when nothing is. */
async function check(session: BenchSession, payload: string): Promise<string | undefined> {
  const delayMs = Math.floor(Math.random() * (longestDelayMs + 1));
  const {
    id,
    replies,
    session: named,
  } = await session.ask('tools/call', {
    name: 'echo',
    arguments: { payload, delayMs },
  });
  const [reply] = replies;
  if (named !== session.id) return `came for session ${named}`;
  if (replies.length !== 1 || reply === undefined) return `${replies.length} messages instead of one`;
  if (reply.id !== id) return `came with id ${String(reply.id)} for ${id}`;
  const text = reply.result?.content?.[0]?.text;
  return text === payload ? undefined : `was answered ${text ?? JSON.stringify(reply)}`;
}
