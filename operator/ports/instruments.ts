import type { Fault } from '../core/fault.ts';
import type { Result } from '../core/history.ts';
import type { Action } from '../core/plan.ts';
import type { ResourceKey } from '../core/resource.ts';

/** As controller-runtime names it: nothing more to do, looked at again after a while, or failed. */
export type PassResult = 'success' | 'requeue_after' | 'error';

/** Takes note of what the engine does. Nothing that it does depends on it. */
export interface Instruments {
  /** Runs a pass over a key. */
  pass(key: ResourceKey, work: () => PassResult): void;
  /** A key was put into the queue; one that is in it already is not put there again. */
  enqueued(): void;
  /** A key is to be put there later. */
  requeued(): void;
  /** A key was taken out of the queue. */
  dequeued(waitedMs: number): void;
  actionEnded(key: ResourceKey, action: Action, fault: Fault | undefined): void;
  /** A revision has come to another result. */
  revisionSettled(key: ResourceKey, result: Result): void;
}

export const noInstruments: Instruments = {
  pass(_key, work) {
    work();
  },
  enqueued() {},
  requeued() {},
  dequeued() {},
  actionEnded() {},
  revisionSettled() {},
};
