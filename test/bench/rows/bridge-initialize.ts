import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuMsOf } from '../../support/marked-processes.ts';
import { bridge, floorServer, mcpProxy, stopSubjects, supergateway, type Subject } from '../bridge/subjects.ts';
import type { Finding, RowResult } from '../report.ts';
import { median, summary } from '../statistics.ts';

type Clients = 'sdk' | 'raw';
/** `cold`: of the first round of each client process; `warm`: of the others; in ms. */
type Times = { readonly cold: number[]; readonly warm: number[]; readonly cpuMs: number[] };

const load = fileURLToPath(new URL('../bridge/connect-load.ts', import.meta.url));
const clients = 20;
const roundsPerProcess = 6;
const sessionGoneMs = 2_000;
const run = promisify(execFile);

/** How long 20 clients that come at once wait until they are initialized. */
export async function bridgeInitialize(quick: boolean): Promise<RowResult> {
  try {
    const shared = await measureShared(quick ? 2 : 8);
    const session = await measureSession(quick ? 1 : 4);
    return {
      findings: [...shared.findings, ...session.findings],
      notes,
      samples: { ...shared.samples, ...session.samples },
    };
  } finally {
    await stopSubjects();
  }
}

const notes = [
  `${clients} clients in one process; "warm": that process has connected as many before`,
  'floor: the same clients at a server of constants in a process of its own',
  'a connect is initialize and notifications/initialized, each answered',
];

async function measureShared(processes: number): Promise<Pick<RowResult, 'findings' | 'samples'>> {
  const subjects = [
    await bridge(['--isolation', 'shared', '--max-sessions', '100']),
    await mcpProxy(),
    await floorServer(),
  ];
  const sdk = await measureInTurn(subjects, 'sdk', processes);
  const raw = await measureInTurn(subjects, 'raw', processes);
  await stopSubjects();
  const compare = (
    what: string,
    of: (times: Times) => number,
    times: Record<string, Times>,
    most?: number,
  ): Finding => {
    const [ours, peer, floor] = subjects.map(({ name }) => of(timesOf(times, name)));
    if (ours === undefined || peer === undefined || floor === undefined) throw new Error('a subject was not measured');
    const goal = most === undefined ? {} : { goal: { text: `<= ${most} ms`, isMet: ours <= most } };
    return { what, unit: 'ms', ours, floor, peer: { name: 'mcp-proxy', value: peer }, ratio: ours / floor, ...goal };
  };
  const what = `bridge, shared: ${clients} clients at once, connect p50`;
  return {
    findings: [
      compare(`${what}, SDK, warm`, ({ warm }) => median(warm), sdk, 60),
      compare(`${what}, SDK, process just started`, ({ cold }) => median(cold), sdk),
      compare(`${what}, raw HTTP, warm`, ({ warm }) => median(warm), raw),
      compare('processor time of the server per connect and DELETE, raw', ({ cpuMs }) => median(cpuMs), raw),
    ],
    samples: { sharedSdk: summaries(sdk), sharedRaw: summaries(raw) },
  };
}

/** Each with a new process of clients, in turn, so that a busy moment of the machine meets all of them. */
async function measureInTurn(subjects: readonly Subject[], kind: Clients, processes: number) {
  const times: Record<string, Times> = {};
  for (let turn = 0; turn < processes; turn++) {
    for (const { name, base, pid } of subjects) {
      const beforeMs = cpuMsOf(pid);
      const [first = [], ...rest] = await connectAll(base, kind, roundsPerProcess);
      const of = (times[name] ??= { cold: [], warm: [], cpuMs: [] });
      of.cold.push(...first);
      of.warm.push(...rest.flat());
      of.cpuMs.push((cpuMsOf(pid) - beforeMs) / roundsPerProcess / clients);
    }
  }
  return times;
}

async function measureSession(rounds: number): Promise<Pick<RowResult, 'findings' | 'samples'>> {
  const subjects = [await bridge([]), await supergateway()];
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const { name, base } of subjects) {
      (times[name] ??= []).push(...(await connectAll(base, 'raw', 1)).flat());
      await delay(sessionGoneMs);
    }
  }
  await stopSubjects();
  const [ours = Number.NaN, peer = Number.NaN] = subjects.map(({ name }) => median(times[name] ?? []));
  const finding: Finding = {
    what: `bridge, session: ${clients} clients at once, connect p50, raw HTTP`,
    unit: 'ms',
    ours,
    peer: { name: 'supergateway', value: peer },
    ratio: ours / peer,
    goal: { text: '<= supergateway', isMet: ours <= peer },
  };
  return { findings: [finding], samples: { session: times } };
}

async function connectAll(base: string, kind: Clients, rounds: number): Promise<number[][]> {
  const { stdout } = await run(process.execPath, [load, base, kind, `${clients}`, `${rounds}`]);
  return JSON.parse(stdout) as number[][];
}

function timesOf(times: Record<string, Times>, name: string): Times {
  return times[name] ?? { cold: [], warm: [], cpuMs: [] };
}

function summaries(times: Record<string, Times>) {
  return Object.fromEntries(
    Object.entries(times).map(([name, { cold, warm, cpuMs }]) => [
      name,
      { cold: summary(cold), warm: summary(warm), cpuMs },
    ]),
  );
}
