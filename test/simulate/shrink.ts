import { runSchedule, type Failure } from './run-schedule.ts';
import type { Happening, Schedule } from './schedule.ts';

const mostRuns = 600;

/** The smallest schedule found that breaks the same invariant: fewer happenings first, then smaller numbers in them. */
export async function shrink(schedule: Schedule, failure: Failure): Promise<{ schedule: Schedule; failure: Failure }> {
  let smallest = { schedule, failure };
  let runs = 0;
  const takes = async (happenings: readonly Happening[]): Promise<boolean> => {
    if (++runs > mostRuns) return false;
    const candidate = { ...schedule, happenings };
    const { failure: found } = await runSchedule(candidate);
    if (found?.invariant !== failure.invariant) return false;
    smallest = { schedule: candidate, failure: found };
    return true;
  };
  let size = Infinity;
  while (weight(smallest.schedule) < size) {
    size = weight(smallest.schedule);
    await leaveOut(() => smallest.schedule.happenings, takes);
    await lessen(() => smallest.schedule.happenings, takes);
  }
  return smallest;
}

function weight({ happenings }: Schedule): number {
  return happenings.reduce((sum, { who, which, afterMs }) => sum + 1 + who + which + afterMs, 0);
}

type Takes = (happenings: readonly Happening[]) => Promise<boolean>;

/** Runs of happenings go, long ones first. */
async function leaveOut(now: () => readonly Happening[], takes: Takes): Promise<void> {
  for (let length = now().length; length >= 1; length = Math.floor(length / 2))
    for (let at = 0; at < now().length;) if (!(await takes(now().toSpliced(at, length)))) at += length;
}

async function lessen(now: () => readonly Happening[], takes: Takes): Promise<void> {
  for (let at = 0; at < now().length; at++)
    for (const field of ['who', 'which', 'afterMs'] as const) {
      const value = now()[at]?.[field] ?? 0;
      const smaller = [0, 1, 2, 3, 5, Math.floor(value / 2)].filter((each) => each < value);
      for (const each of smaller) {
        const happening = now()[at];
        if (happening && (await takes(now().with(at, { ...happening, [field]: each })))) break;
      }
    }
}
