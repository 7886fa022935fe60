import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { vanish, waysToVanish } from '../../bridge/vanishing.ts';
import { eventually } from '../../support/eventually.ts';
import { askJson } from '../../support/http.ts';
import { pssOf } from '../../support/marked-processes.ts';
import { BenchSession } from '../bridge/session.ts';
import { bridge, stopSubjects, type CommandLine, type Subject } from '../bridge/subjects.ts';
import type { Finding, RowResult } from '../report.ts';

const clientsAtOnce = 16;
const longestPatienceMs = 200;
const idleTimeoutMs = 1_000;
const boundMs = 30_000;
const retryMs = 100;
const mostGrowthMb = 5;
const megabyte = 2 ** 20;
/** The bridge and, in session isolation, its spare; in shared isolation, the server. */
const processesAtRest = 2;
const toy: CommandLine = [
  process.execPath,
  fileURLToPath(new URL('../../bridge/fixtures/toy-server.ts', import.meta.url)),
];

/** What 1000 clients leave behind that connect and vanish without a word, in three ways. */
export async function bridgeVanish(quick: boolean): Promise<RowResult> {
  const connects = quick ? 100 : 1_000;
  try {
    const results = [await measure('shared', connects), await measure('session', connects)];
    return {
      findings: results.flatMap(({ isolation, ...measured }) => findings(`bridge, ${isolation}`, connects, measured)),
      notes: [
        `a third each leaves ${waysToVanish.join(', ')}; idle time-out ${idleTimeoutMs} ms; growth is that between half of them and all`,
      ],
      samples: Object.fromEntries(results.map((result) => [result.isolation, result])),
    };
  } finally {
    await stopSubjects();
  }
}

interface Measured {
  readonly left: number;
  readonly goneAfterMs: number;
  readonly firstPss: number;
  readonly lastPss: number;
}

function findings(who: string, connects: number, { left, goneAfterMs, firstPss, lastPss }: Measured): Finding[] {
  const grown = (lastPss - firstPss) / megabyte;
  return [
    {
      what: `${who}: processes and sessions left after ${connects} vanished clients`,
      unit: 'count',
      ours: left,
      goal: { text: '0', isMet: left === 0 },
    },
    { what: `${who}: the last one gone after`, unit: 'ms', ours: goneAfterMs },
    {
      what: `${who}: growth of the bridge's own memory (PSS)`,
      unit: 'MB',
      ours: grown,
      goal: { text: `<= ${mostGrowthMb} MB`, isMet: grown <= mostGrowthMb },
    },
  ];
}

async function measure(isolation: 'shared' | 'session', connects: number) {
  const options = ['--isolation', isolation, '--max-sessions', '64', '--idle-timeout-ms', `${idleTimeoutMs}`];
  const subject = await bridge(options, toy);
  await vanishAll(subject, connects / 2);
  await settled(subject);
  const firstPss = pssOf([subject.pid]);
  await vanishAll(subject, connects / 2);
  const endedMs = performance.now();
  const left = await settled(subject);
  const goneAfterMs = performance.now() - endedMs;
  const lastPss = pssOf([subject.pid]);
  await serves(subject);
  await subject.stop();
  return { isolation, left, goneAfterMs, firstPss, lastPss };
}

/** Each has a place before it vanishes: one that is refused comes again. */
async function vanishAll({ base }: Subject, connects: number): Promise<void> {
  const url = new URL(`${base}/mcp`);
  let next = 0;
  const comers = Array.from({ length: clientsAtOnce }, async () => {
    while (next < connects) {
      const way = waysToVanish[next++ % waysToVanish.length] ?? 'silently';
      while (!(await vanish(url, way, Math.random() * longestPatienceMs))) await delay(retryMs);
    }
  });
  await Promise.all(comers);
}

/** How many processes and sessions are too many when the bound is over; resolves earlier when none is. */
async function settled(subject: Subject): Promise<number> {
  const surplus = async () => {
    const { sessions } = await askJson<{ sessions: number }>(`${subject.base}/health`);
    return sessions + Math.max(0, subject.processes().length - processesAtRest);
  };
  await eventually(async () => (await surplus()) === 0, { timeoutMs: boundMs, intervalMs: 100 }).catch(() => undefined);
  return surplus();
}

async function serves({ base }: Subject): Promise<void> {
  const session = await BenchSession.open(base);
  const { replies } = await session.ask('tools/call', { name: 'echo', arguments: { payload: 'still here' } });
  if (replies[0]?.result?.content?.[0]?.text !== 'still here') throw new Error('the bridge does not serve any more');
  await session.end();
}
