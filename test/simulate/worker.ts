import type { Failure } from './run-schedule.ts';
import { runSchedule } from './run-schedule.ts';
import { scheduleOf } from './schedule.ts';

/** Seeds from `first` on. */
export interface Batch {
  readonly first: number;
  readonly runs: number;
}

export interface BatchResult extends Batch {
  readonly failures: readonly { readonly seed: number; readonly failure: Failure }[];
  /** How often each thing happened or went wrong. */
  readonly injected: ReadonlyMap<string, number>;
}

process.on('message', (batch) => {
  // Whoever starts this program sends batches and nothing else.
  void play(batch as Batch).then((result) => process.send?.(result));
});

async function play(batch: Batch): Promise<BatchResult> {
  const failures: { seed: number; failure: Failure }[] = [];
  const injected = new Map<string, number>();
  const add = (what: string, times: number): void => void injected.set(what, (injected.get(what) ?? 0) + times);
  for (let seed = batch.first; seed < batch.first + batch.runs; seed++) {
    const schedule = scheduleOf(seed);
    const { failure, injected: inRun } = await runSchedule(schedule);
    if (failure) failures.push({ seed, failure });
    for (const { what } of schedule.happenings) add(what, 1);
    for (const [what, times] of inRun) add(what, times);
  }
  return { ...batch, failures, injected };
}
