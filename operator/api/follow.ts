import type { Clock } from '../ports/clock.ts';
import type { LogLine, LogQuery, Logs } from '../ports/logs.ts';

/** A line, and which instance printed it. */
export interface InstanceLine extends LogLine {
  readonly instance: string;
}

const lookAgainMs = 1_000;

/** The last lines of several instances together, in the order of their times. */
export async function lastLines(
  logs: Logs,
  ids: readonly string[],
  query: Pick<LogQuery, 'tail' | 'since'>,
  signal: AbortSignal,
): Promise<InstanceLine[]> {
  const each = await Promise.all(
    ids.map(async (instance) => {
      const lines: InstanceLine[] = [];
      for await (const line of logs.read(instance, query, signal)) lines.push({ ...line, instance });
      return lines;
    }),
  );
  const all = each.flat().sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
  return query.tail === undefined ? all : all.slice(Math.max(0, all.length - query.tail));
}

export interface Following {
  readonly logs: Logs;
  readonly clock: Clock;
  /** Those that there are now; asked again and again, so that new replicas are followed, too. */
  readonly ids: () => readonly string[];
  /** Resolves when more can be taken. */
  readonly take: (line: InstanceLine) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Follows instances until all of them are gone or the signal aborts: through restarts of their containers, too. What was
 * taken is not taken again.
 * @param from time of the last line of each that was read already
 */
export async function follow(following: Following, from: ReadonlyMap<string, string>): Promise<void> {
  const { ids, signal, clock } = following;
  const last = new Map(from);
  const running = new Set<string>();
  while (!signal.aborted) {
    const present = ids();
    if (present.length === 0 && running.size === 0) return;
    for (const id of present) {
      if (running.has(id)) continue;
      running.add(id);
      void followOne(following, id, last).finally(() => running.delete(id));
    }
    await pause(clock, signal);
  }
}

async function followOne({ logs, take, signal }: Following, id: string, last: Map<string, string>): Promise<void> {
  try {
    const since = last.get(id);
    for await (const line of logs.read(id, { follow: true, ...(since !== undefined && { since }) }, signal)) {
      // The engine counts a line of that very time as a later one.
      if (since !== undefined && line.at <= since) continue;
      last.set(id, line.at);
      await take({ ...line, instance: id });
    }
  } catch {
    // It may be gone, or the engine: the next look tells.
  }
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(lookAgainMs, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
