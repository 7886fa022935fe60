/** The thread of {@link LoadThread}: carries out what it is told, one answer for each message. */
import { parentPort, workerData } from 'node:worker_threads';
import { Load, type LoadOptions } from './load.ts';

const load = new Load(workerData as LoadOptions);
const orders = {
  phase: (name: string) => load.phase(name),
  round: () => load.round(),
  report: () => load.report(),
  end: () => load.end(),
} as const;

parentPort?.on('message', ({ id, order, argument }: { id: number; order: keyof typeof orders; argument: string }) => {
  const carryOut = async (): Promise<void> => {
    const value = await orders[order](argument);
    parentPort?.postMessage({ id, value }, []);
  };
  carryOut().catch((error: unknown) => parentPort?.postMessage({ id, error }, []));
});
