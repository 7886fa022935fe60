import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './fuzz.ts';

export interface Batch {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

// One number, the input that is being judged: who watches can tell one that never ends.
const current = new Int32Array(workerData as SharedArrayBuffer);
parentPort?.on('message', ({ seed, first, count }: Batch) => {
  const summary = fuzz(seed, first, count, (index) => {
    Atomics.store(current, 0, index);
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  parentPort?.postMessage(summary);
});
