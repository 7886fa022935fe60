import { Worker } from 'node:worker_threads';
import type { Load, LoadOptions } from './load.ts';
import type { LoadReport } from './ledger.ts';

/** A {@link Load} whose clients have a thread of their own. */
export interface RunningLoad {
  phase(name: string): Promise<void>;
  round(): Promise<void>;
  report(): Promise<LoadReport>;
  /** Ends the clients, and the thread. */
  end(): Promise<LoadReport>;
}

const program = new URL('load-thread.ts', import.meta.url);
const running = new Set<Worker>();

/** Starts clients beside this thread, so that neither waits for the other's event loop. */
export function startLoad(options: LoadOptions): RunningLoad {
  const worker = new Worker(program, { workerData: options });
  running.add(worker);
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let orders = 0;
  worker.on('message', ({ id, value, error }: { id: number; value?: unknown; error?: unknown }) => {
    const order = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) order?.resolve(value);
    else order?.reject(error);
  });
  worker.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  const order = <T>(name: keyof Load, argument?: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++orders;
      // Safe: the thread answers an order with what the method of that name gives.
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ id, order: name, argument }, []);
    });
  return {
    phase: (name) => order('phase', name),
    round: () => order('round'),
    report: () => order('report'),
    end: async () => {
      const report = await order<LoadReport>('end');
      running.delete(worker);
      await worker.terminate();
      return report;
    },
  };
}

/** For the end of a test that has failed. */
export async function endLoads(): Promise<void> {
  const workers = [...running];
  running.clear();
  await Promise.all(workers.map((worker) => worker.terminate()));
}
