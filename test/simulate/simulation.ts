import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Failure } from './run-schedule.ts';
import type { Batch, BatchResult } from './worker.ts';

const batchRuns = 50;

export interface Progress {
  readonly runs: number;
  readonly failures: readonly { readonly seed: number; readonly failure: Failure }[];
  readonly injected: ReadonlyMap<string, number>;
}

/** Runs schedules on all cores, in processes that stay warm between calls. */
export class Simulation {
  readonly #workers: readonly ChildProcess[];

  constructor(workers = availableParallelism()) {
    const program = fileURLToPath(new URL('worker.ts', import.meta.url));
    this.#workers = Array.from({ length: workers }, () =>
      fork(program, { serialization: 'advanced', execArgv: ['--max-semi-space-size=64'] }),
    );
  }

  /** The schedules of these seeds; a seed is the base and the number of its run. */
  async run(seed: number, runs: number, told: (progress: Progress) => void = () => undefined): Promise<Progress> {
    const waiting = batchesOf(seed, runs);
    const total = { runs: 0, failures: [] as Progress['failures'][number][], injected: new Map<string, number>() };
    const work = async (worker: ChildProcess): Promise<void> => {
      for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
        const result = await ask(worker, batch);
        total.runs += result.runs;
        total.failures.push(...result.failures);
        for (const [what, times] of result.injected) total.injected.set(what, (total.injected.get(what) ?? 0) + times);
        told(total);
      }
    };
    await Promise.all(this.#workers.map(work));
    return total;
  }

  close(): void {
    for (const worker of this.#workers) worker.disconnect();
  }
}

function batchesOf(seed: number, runs: number): Batch[] {
  return Array.from({ length: Math.ceil(runs / batchRuns) }, (_, index) => ({
    first: seed + index * batchRuns,
    runs: Math.min(batchRuns, runs - index * batchRuns),
  }));
}

function ask(worker: ChildProcess, batch: Batch): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => {
      reject(new Error(`the worker on seeds from ${batch.first} on ended with ${code}`));
    };
    worker.once('exit', died);
    worker.once('message', (result) => {
      worker.off('exit', died);
      // The worker answers every batch with its result.
      resolve(result as BatchResult);
    });
    worker.send(batch);
  });
}
