import { runSchedule } from './run-schedule.ts';
import { formatSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';

/** What went wrong in a schedule, the smallest one found that goes wrong alike, and how to see it again. */
export async function reportFailure(schedule: Schedule): Promise<string | undefined> {
  const { failure } = await runSchedule(schedule);
  if (!failure) return undefined;
  const smallest = await shrink(schedule, failure);
  const { length } = schedule.happenings;
  return [
    `seed ${schedule.seed} breaks the rule "${failure.invariant}": ${failure.what}`,
    `shrunk from ${length} happenings to ${smallest.schedule.happenings.length}: ${smallest.failure.what}`,
    `see it again: npm run simulate -- --schedule ${formatSchedule(smallest.schedule)}`,
  ].join('\n');
}
