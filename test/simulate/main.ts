/**
 * Plays schedules of faults on a world in memory, and judges each.
 * Usage: main.ts [--seed S] [--runs N] [--workers W], or [--schedule TEXT] for one that was printed before.
 */
import { parseArgs } from 'node:util';
import { reportFailure } from './report-failure.ts';
import { parseSchedule, scheduleOf } from './schedule.ts';
import { Simulation, type Progress } from './simulation.ts';

const shownFailures = 3;
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '20261123' },
    runs: { type: 'string', default: '10000' },
    workers: { type: 'string' },
    schedule: { type: 'string' },
  },
});
process.exitCode = values.schedule === undefined ? await playAll() : await playOne(values.schedule);

async function playOne(text: string): Promise<number> {
  const report = await reportFailure(parseSchedule(text));
  console.log(report ?? 'it converges, and every rule holds');
  return report === undefined ? 0 : 1;
}

async function playAll(): Promise<number> {
  const [seed, runs] = [Number(values.seed), Number(values.runs)];
  const simulation = new Simulation(values.workers === undefined ? undefined : Number(values.workers));
  const startedMs = performance.now();
  const rate = (done: number): string => `${((done * 1000) / (performance.now() - startedMs)).toFixed(0)} runs/s`;
  let shownMs = startedMs;
  const result = await simulation.run(seed, runs, (progress) => {
    if (performance.now() - shownMs < 5_000) return;
    shownMs = performance.now();
    console.log(`${progress.runs} of ${runs} runs, ${rate(progress.runs)}, ${progress.failures.length} failures`);
  });
  simulation.close();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`seeds ${seed} to ${seed + runs - 1}: ${result.runs} runs in ${seconds} s, ${rate(result.runs)}`);
  console.log(formatInjected(result.injected));
  for (const { seed: failed } of result.failures.slice(0, shownFailures))
    console.log(`\n${(await reportFailure(scheduleOf(failed))) ?? `seed ${failed} fails in a worker only`}`);
  console.log(`${result.failures.length} of ${result.runs} schedules broke a rule`);
  return result.failures.length === 0 ? 0 : 1;
}

function formatInjected(injected: Progress['injected']): string {
  const rows = [...injected].toSorted(([, one], [, other]) => other - one);
  return rows.map(([what, times]) => `${String(times).padStart(9)}  ${what}`).join('\n');
}
