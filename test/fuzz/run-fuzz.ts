import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { nothing, sum, type Summary } from './fuzz.ts';
import type { Batch } from './worker.ts';

const batchSize = 250;
const lookMs = 1_000;
/** An input that takes longer, by the clock, never ends. */
const hangMs = 60_000;

/**
 * Judges so many inputs of a seed on all cores, or as many as the time allows.
 * @param endMs by `performance.now()`: no batch begins after it
 */
export async function runFuzz(seed: number, inputs: number, endMs = Infinity): Promise<Summary> {
  let next = 0;
  let total = nothing;
  const batches = (): Batch | undefined => {
    if (next >= inputs || performance.now() > endMs) return undefined;
    const first = next;
    next += batchSize;
    return { seed, first, count: Math.min(batchSize, inputs - first) };
  };
  const threads = Array.from({ length: Math.min(availableParallelism(), 8) }, () =>
    work(batches, (summary) => {
      total = sum(total, summary);
    }),
  );
  await Promise.all(threads);
  return total;
}

function work(next: () => Batch | undefined, done: (summary: Summary) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const shared = new SharedArrayBuffer(4);
    const current = new Int32Array(shared);
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: shared });
    let [last, sinceMs] = [-1, performance.now()];
    const watch = setInterval(() => {
      const index = Atomics.load(current, 0);
      if (index !== last) [last, sinceMs] = [index, performance.now()];
      else if (performance.now() - sinceMs > hangMs) end(new Error(`input ${index} never ends`));
    }, lookMs);
    const end = (error?: Error): void => {
      clearInterval(watch);
      void worker.terminate();
      if (error) reject(error);
      else resolve();
    };
    const give = (): void => {
      const batch = next();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      if (batch) worker.postMessage(batch);
      else end();
    };
    worker.on('message', (summary: Summary) => {
      done(summary);
      give();
    });
    worker.on('error', end);
    give();
  });
}
