import { openSession, type Session } from '../../probe/session.ts';
import { fail, ok, warn, type Finding } from '../doctor/finding.ts';

/** A service as its clients reach it. */
export interface Target {
  readonly url: string;
  readonly transport: 'http' | 'sse';
  /** How many sessions one replica takes, times the replicas, where that is known. */
  readonly room?: number;
}

const calls = 20;
const rounds = 5;
const deadlineMs = 60_000;

/** Times of calls of `tools/list`, one after the other in one session. */
export async function measureTimes({ url, transport }: Target): Promise<Finding> {
  const session = await openSession(url, transport, AbortSignal.timeout(deadlineMs));
  try {
    const times: number[] = [];
    for (let call = 0; call < calls; call++) {
      const startedMs = performance.now();
      const answer = await session.call(`time-${call}`, 'tools/list');
      times.push(performance.now() - startedMs);
      if (!answer)
        return fail(`call ${call + 1} of ${calls} was not answered`, 'mcpnet logs tells what the service said');
    }
    return ok(`p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms of ${calls} calls`);
  } finally {
    await session.end();
  }
}

/** The least value that a share of all does not exceed (nearest rank), with one digit. */
export function percentile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((left, right) => left - right);
  return (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0).toFixed(1);
}

/**
 * Clients at the same time, each with a session of its own: every answer must carry the id of its own request, no two
 * clients may share a session, and all sessions must still hold in the end.
 */
export async function tryClients({ url, transport, room }: Target, wanted: number): Promise<Finding> {
  const count = Math.min(wanted, room ?? wanted);
  const signal = AbortSignal.timeout(deadlineMs);
  const opened = await Promise.allSettled(Array.from({ length: count }, () => openSession(url, transport, signal)));
  const sessions = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  try {
    const refused = opened.find((each) => each.status === 'rejected');
    if (refused)
      return fail(`${count - sessions.length} of ${count} clients got no session: ${String(refused.reason)}`, remedy);
    const ids = sessions.flatMap(({ id }) => id ?? []);
    if (new Set(ids).size !== ids.length) return fail(`of ${count} clients some share a session`, remedy);
    for (let round = 0; round < rounds; round++) {
      const wrong = (await Promise.all(sessions.map((session, client) => isMixed(session, client, round)))).find(
        (each) => each !== undefined,
      );
      if (wrong !== undefined) return fail(wrong, remedy);
    }
    const told = `${count} clients at once, ${rounds} calls each; ${ids.length === 0 ? 'the server keeps no sessions' : 'every session held, none mixed'}`;
    return count < wanted
      ? warn(`${told}; no more than ${count} were tried`, 'spec.stdio.maxSessions and spec.replicas make room for more')
      : ok(told);
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}

const remedy = 'mcpnet describe and mcpnet logs tell what became of the replicas';

/** Why an answer was not that of the request, if it was not. */
async function isMixed(session: Session, client: number, round: number): Promise<string | undefined> {
  const id = `client-${client}-${round}`;
  const answer = await session.call(id, 'tools/list');
  if (!answer) return `call ${round + 1} of client ${client + 1} was not answered`;
  if (answer.id !== id) return `client ${client + 1} got the answer to ${String(answer.id)} for ${id}`;
  return undefined;
}
